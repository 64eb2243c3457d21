import { normalQuantile } from "../src/math/normal";
import { word } from "./memory";
import { randomBits } from "./random";

/** out (rows × stride f32) ← N(0, std²), element (r, c) from random word r·cols + c of the stream. */
export function gaussianWeights(out: usize, rows: u32, cols: u32, stride: u32, std: f64, key: u64): void {
  for (let r: u32 = 0; r < rows; r++) {
    const row = word(out, r * stride);
    const first = u64(r) * cols;
    for (let c: u32 = 0; c < cols; c++) {
      // the middle of one of 2^53 equal cells; the last one's rounds to 1, which has no quantile
      const u = Math.min((f64(randomBits(key, first + c) >> 11) + 0.5) * 1.1102230246251565e-16, 0.9999999999999999);
      store<f32>(word(row, c), f32(std * normalQuantile(u)));
    }
  }
}
