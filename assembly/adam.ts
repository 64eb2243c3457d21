/** src/optimizer/adam.ts in f32. Scalars: lr/(1−β₁ᵗ), sqrt(1−β₂ᵗ), β₁, β₂, eps, 1 − lr·weightDecay. */
import { words } from "./memory";
import { Run } from "./run";
import { scaleRow } from "./vector";

/** 2^126, in memory: V8 builds a constant vector anew at each use. */
const MOST = memory.data<f32>([85070591730234615865843651857942052864.0]);
/** Below f32's smallest normal number eps would vanish, and the zero padding would turn 0/0. */
const LEAST_EPS: f64 = 1.2e-38;

/**
 * θ ← θ − stepSize · m/(sqrt(v)·secondScale + eps) with m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², over `count` floats, a
 * multiple of 4. gradient = 0 (the pointer) stands for zeros. v is kept at 2^126 or below: an infinite one, from a
 * gradient beyond 1.8e19, would never let its weight move again.
 */
export function adamUpdate(
  weights: usize, firstMoment: usize, secondMoment: usize, gradient: usize, count: u32,
  beta1: f32, beta2: f32, oneMinusBeta1: f32, oneMinusBeta2: f32, stepSize: f32, secondScale: f32, eps: f32,
): void {
  const b1 = f32x4.splat(beta1), b2 = f32x4.splat(beta2);
  const c1 = f32x4.splat(oneMinusBeta1), c2 = f32x4.splat(oneMinusBeta2);
  const most = v128.load32_splat(MOST);
  const rate = f32x4.splat(stepSize), scale = f32x4.splat(secondScale), small = f32x4.splat(eps);
  const bytes = words(count);
  let i: usize = 0;
  // two vectors at a time: V8's revectorizer makes one of them
  for (; i + 32 <= bytes; i += 32) {
    let g0 = f32x4.splat(0), g1 = g0;
    if (gradient) {
      g0 = v128.load(gradient + i);
      g1 = v128.load(gradient + i, 16);
    }
    const m0 = mixed(b1, v128.load(firstMoment + i), c1, g0);
    const m1 = mixed(b1, v128.load(firstMoment + i, 16), c1, g1);
    const v0 = f32x4.pmin(mixed(b2, v128.load(secondMoment + i), c2, f32x4.mul(g0, g0)), most);
    const v1 = f32x4.pmin(mixed(b2, v128.load(secondMoment + i, 16), c2, f32x4.mul(g1, g1)), most);
    v128.store(firstMoment + i, m0);
    v128.store(firstMoment + i, m1, 16);
    v128.store(secondMoment + i, v0);
    v128.store(secondMoment + i, v1, 16);
    const w0 = moved(v128.load(weights + i), m0, v0, rate, scale, small);
    const w1 = moved(v128.load(weights + i, 16), m1, v1, rate, scale, small);
    v128.store(weights + i, w0);
    v128.store(weights + i, w1, 16);
  }
  if (i == bytes) return;
  const g = gradient ? v128.load(gradient + i) : f32x4.splat(0);
  const m = mixed(b1, v128.load(firstMoment + i), c1, g);
  const v = f32x4.pmin(mixed(b2, v128.load(secondMoment + i), c2, f32x4.mul(g, g)), most);
  v128.store(firstMoment + i, m);
  v128.store(secondMoment + i, v);
  v128.store(weights + i, moved(v128.load(weights + i), m, v, rate, scale, small));
}

@inline
function mixed(b: v128, x: v128, c: v128, y: v128): v128 {
  return f32x4.add(f32x4.mul(b, x), f32x4.mul(c, y));
}

@inline
function moved(w: v128, m: v128, v: v128, rate: v128, scale: v128, small: v128): v128 {
  return f32x4.sub(w, f32x4.mul(rate, f32x4.div(m, f32x4.add(f32x4.mul(f32x4.sqrt(v), scale), small))));
}

@inline
function decay(run: Run, weights: usize, count: u32): void {
  const kept = load<f64>(run.scalars, 40);
  if (kept != 1) scaleRow(weights, weights, f32(kept), words(count));
}

/** Adam, and AdamW where there is decay. */
export function adam(run: Run, weights: usize, first: usize, second: usize, gradient: usize, count: u32): void {
  const scalars = run.scalars;
  const beta1 = load<f64>(scalars, 16);
  const beta2 = load<f64>(scalars, 24);
  decay(run, weights, count);
  adamUpdate(
    weights, first, second, gradient, count, f32(beta1), f32(beta2), f32(1.0 - beta1), f32(1.0 - beta2),
    f32(load<f64>(scalars)), f32(1.0 / load<f64>(scalars, 8)), f32(max(load<f64>(scalars, 32), LEAST_EPS)),
  );
}

/** Coupled Adam on one row; `second` is the second moment of all rows, which coupleMoments has updated. */
export function coupledAdam(run: Run, weights: usize, first: usize, second: usize, gradient: usize, count: u32): void {
  const scalars = run.scalars;
  const beta1 = load<f64>(scalars, 16);
  const b1 = f32x4.splat(f32(beta1)), c1 = f32x4.splat(f32(1.0 - beta1));
  const rate = f32x4.splat(f32(load<f64>(scalars))), scale = f32x4.splat(f32(1.0 / load<f64>(scalars, 8)));
  const small = f32x4.splat(f32(max(load<f64>(scalars, 32), LEAST_EPS)));
  decay(run, weights, count);
  for (let i: usize = 0; i < words(count); i += 16) {
    const g = gradient ? v128.load(gradient + i) : f32x4.splat(0);
    const m = mixed(b1, v128.load(first + i), c1, g);
    v128.store(first + i, m);
    v128.store(weights + i, moved(v128.load(weights + i), m, v128.load(second + i), rate, scale, small));
  }
}

/** second (`count` floats) ← β₂·second + (1−β₂)·squares/rows; squares: f64. */
export function coupleMoments(run: Run, second: usize, squares: usize, rows: u32, count: u32): void {
  const beta2 = load<f64>(run.scalars, 24);
  const most = load<f32>(MOST);
  for (let d: usize = 0; d < words(count); d += 4) {
    const mean = load<f64>(squares + (d << 1)) / f64(rows);
    store<f32>(second + d, min(f32(beta2 * f64(load<f32>(second + d)) + (1.0 - beta2) * mean), most));
  }
}
