/** src/optimizer/sgd.ts in f32. Scalars: learning rate, momentum, nesterov, weight decay. */
import { words } from "./memory";
import { Run } from "./run";

export function sgd(run: Run, weights: usize, momentum: usize, gradient: usize, count: u32): void {
  const scalars = run.scalars;
  const rate = f32x4.splat(f32(load<f64>(scalars)));
  const factor = f32x4.splat(f32(load<f64>(scalars, 8)));
  const nesterov = load<f64>(scalars, 16) != 0;
  const decay = f32x4.splat(f32(load<f64>(scalars, 24)));
  for (let i: usize = 0; i < words(count); i += 16) {
    const w = v128.load(weights + i);
    let g = f32x4.mul(decay, w);
    if (gradient) g = f32x4.add(v128.load(gradient + i), g);
    let direction = g;
    if (momentum) {
      direction = f32x4.add(f32x4.mul(factor, v128.load(momentum + i)), g);
      v128.store(momentum + i, direction);
      if (nesterov) direction = f32x4.add(g, f32x4.mul(factor, direction));
    }
    v128.store(weights + i, f32x4.sub(w, f32x4.mul(rate, direction)));
  }
}
