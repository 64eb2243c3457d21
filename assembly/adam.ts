import { Run } from "./run";

/** 2^126, in memory: V8 builds a constant vector anew at each use. */
const MOST = memory.data<f32>([85070591730234615865843651857942052864.0]);

/**
 * θ ← θ − stepSize · m/(sqrt(v)·secondScale + eps) with m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², over `count` floats, a
 * multiple of 4. gradient = 0 (the pointer) stands for a gradient of zeros. v stays at 2^126 or
 * below: an infinite one, from a gradient beyond 1.8e19, would hold its weight where it is for good.
 */
export function adamUpdate(
  weights: usize, firstMoment: usize, secondMoment: usize, gradient: usize, count: u32,
  beta1: f32, beta2: f32, oneMinusBeta1: f32, oneMinusBeta2: f32, stepSize: f32, secondScale: f32, eps: f32,
): void {
  const b1 = f32x4.splat(beta1), b2 = f32x4.splat(beta2);
  const c1 = f32x4.splat(oneMinusBeta1), c2 = f32x4.splat(oneMinusBeta2);
  const most = v128.load32_splat(MOST);
  const rate = f32x4.splat(stepSize), scale = f32x4.splat(secondScale), small = f32x4.splat(eps);
  const bytes = <usize>count << 2;
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

/** Counts one more update: the powers of β, and what this update's rate and bias corrections come to. */
export function beginUpdate(run: Run, rate: f64): void {
  run.step += 1;
  run.beta1Power *= run.beta1;
  run.beta2Power *= run.beta2;
  run.stepSize = rate / (1.0 - run.beta1Power);
  run.secondScale = 1.0 / Math.sqrt(1.0 - run.beta2Power);
}

/** This update of `count` parameters. */
export function updateParameters(
  run: Run, weights: usize, firstMoment: usize, secondMoment: usize, gradient: usize, count: u32,
): void {
  adamUpdate(
    weights, firstMoment, secondMoment, gradient, count,
    f32(run.beta1), f32(run.beta2), f32(1.0 - run.beta1), f32(1.0 - run.beta2),
    f32(run.stepSize), f32(run.secondScale), f32(run.eps),
  );
}
