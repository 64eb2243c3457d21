import { LAYERNORM } from "../src/kernel/constants";
import { words } from "./memory";
import { copyRow } from "./vector";

/** The norm between embedding and unembedding (src/model/norm.ts); statistics in f64, eps 1e-5 inside the root. */

/** out (stride floats) ← norm(row); mean and 1/σ are stored for normBackward. Padding must be zero in gain and bias. */
export function normForward(
  out: usize, row: usize, gain: usize, bias: usize, norm: u32, dim: u32, stride: u32, mean: usize, scale: usize,
): void {
  if (norm == 0) {
    copyRow(out, row, words(stride));
    return;
  }
  let average: f64 = 0;
  if (norm == LAYERNORM) {
    for (let d: usize = 0; d < words(dim); d += 4) average += f64(load<f32>(row + d));
    average /= f64(dim);
  }
  let squares: f64 = 0;
  for (let d: usize = 0; d < words(dim); d += 4) {
    const centred = f64(load<f32>(row + d)) - average;
    squares += centred * centred;
  }
  const inverse = 1.0 / Math.sqrt(squares / f64(dim) + 1e-5);
  store<f32>(mean, f32(average));
  store<f32>(scale, f32(inverse));
  const m = f32x4.splat(f32(average));
  const s = f32x4.splat(f32(inverse));
  for (let d: usize = 0; d < words(stride); d += 16) {
    let y = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(row + d), m), s), v128.load(gain + d));
    if (norm == LAYERNORM) y = f32x4.add(y, v128.load(bias + d));
    v128.store(out + d, y);
  }
}

/**
 * dOut ← dRow, the gradient with respect to the row, in place; dGain and dBias are added to. With x̂ the normalised row and
 * h = dOut·gain: dRow = (h − mean(h) − x̂·mean(h·x̂))/σ, without mean(h) for rmsnorm.
 */
export function normBackward(
  dOut: usize, row: usize, gain: usize, dGain: usize, dBias: usize, norm: u32, dim: u32, mean: f32, scale: f32,
): void {
  if (norm == 0) return;
  let sumH: f64 = 0;
  let sumHx: f64 = 0;
  for (let d: usize = 0; d < words(dim); d += 4) {
    const g = load<f32>(dOut + d);
    const normalised = (load<f32>(row + d) - mean) * scale;
    store<f32>(dGain + d, load<f32>(dGain + d) + g * normalised);
    if (norm == LAYERNORM) store<f32>(dBias + d, load<f32>(dBias + d) + g);
    const h = g * load<f32>(gain + d);
    sumH += f64(h);
    sumHx += f64(h) * f64(normalised);
  }
  const meanH = norm == LAYERNORM ? f32(sumH / f64(dim)) : f32(0);
  const meanHx = f32(sumHx / f64(dim));
  for (let d: usize = 0; d < words(dim); d += 4) {
    const normalised = (load<f32>(row + d) - mean) * scale;
    const h = load<f32>(dOut + d) * load<f32>(gain + d);
    store<f32>(dOut + d, (h - meanH - normalised * meanHx) * scale);
  }
}
