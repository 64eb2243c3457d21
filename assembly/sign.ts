/** src/optimizer/sign.ts in f32. Scalars: learning rate, momentum. */
import { words } from "./memory";
import { Run } from "./run";

/** Smaller magnitudes count as 0. */
const LEAST: f32 = 1e-30;

export function sign(run: Run, weights: usize, momentum: usize, gradient: usize, count: u32): void {
  const scalars = run.scalars;
  const rate = f32x4.splat(f32(load<f64>(scalars)));
  const factor = f32x4.splat(f32(load<f64>(scalars, 8)));
  const least = f32x4.splat(LEAST);
  const signBit = i32x4.splat(0x80000000);
  for (let i: usize = 0; i < words(count); i += 16) {
    let direction = gradient ? v128.load(gradient + i) : f32x4.splat(0);
    if (momentum) direction = f32x4.add(f32x4.mul(factor, v128.load(momentum + i)), direction);
    const counts = f32x4.ge(f32x4.abs(direction), least);
    if (momentum) v128.store(momentum + i, v128.and(direction, counts));
    // ±rate where it counts, 0 elsewhere
    const move = v128.and(v128.or(rate, v128.and(direction, signBit)), counts);
    v128.store(weights + i, f32x4.sub(v128.load(weights + i), move));
  }
}
