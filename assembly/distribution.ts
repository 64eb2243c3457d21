import { pow } from "../src/math/elementary";

/** out[i] ∝ (i + 1)^-exponent for `size` tokens, summed in index order. f64. */
export function zipfProbabilities(out: usize, size: u32, exponent: f64): void {
  let total: f64 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const weight = pow(f64(i + 1), -exponent);
    store<f64>(out + (<usize>i << 3), weight);
    total += weight;
  }
  for (let i: u32 = 0; i < size; i++) {
    const at = out + (<usize>i << 3);
    store<f64>(at, load<f64>(at) / total);
  }
}
