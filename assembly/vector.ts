/** Sums over rows of floats; `bytes` is the length of a row, a multiple of 16. */

/** out ← x; for a row, calling memory.copy would cost more */
@inline
export function copyRow(out: usize, x: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(x + i));
}

/** out += x */
@inline
export function addRow(out: usize, x: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(x + i)));
}

/** out += factor · x */
@inline
export function addScaledRow(out: usize, x: usize, factor: f32, bytes: usize): void {
  const f = f32x4.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(out + i, f32x4.add(v128.load(out + i), f32x4.mul(f, v128.load(x + i))));
}

/** out ← factor · x */
@inline
export function scaleRow(out: usize, x: usize, factor: f32, bytes: usize): void {
  const f = f32x4.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, f32x4.mul(f, v128.load(x + i)));
}

/** out += factor · row, for `count` rows `stride` bytes apart, in their order. */
export function addScaledRows(out: usize, rows: usize, stride: usize, count: u32, factor: f32, bytes: usize): void {
  const f = f32x4.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16) {
    let sum = v128.load(out + i);
    let row = rows + i;
    for (let r = count; r > 0; r--) {
      sum = f32x4.add(sum, f32x4.mul(f, v128.load(row)));
      row += stride;
    }
    v128.store(out + i, sum);
  }
}

/** out (f64) += factor · x */
export function addToDoubles(out: usize, x: usize, factor: f64, bytes: usize): void {
  const f = f64x2.splat(factor);
  for (let i: usize = 0; i < bytes; i += 8) {
    const at = out + (i << 1);
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(f, f64x2.promote_low_f32x4(v128.load64_zero(x + i)))));
  }
}

/** out (f64) += x² */
export function addSquares(out: usize, x: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 8) {
    const at = out + (i << 1);
    const value = f64x2.promote_low_f32x4(v128.load64_zero(x + i));
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(value, value)));
  }
}

/** out ← or += factor · x, x in f64 */
export function fromDoubles(out: usize, x: usize, factor: f64, add: bool, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 4) {
    const value = f32(load<f64>(x + (i << 1)) * factor);
    store<f32>(out + i, add ? load<f32>(out + i) + value : value);
  }
}

/** Σ x·y in f64: four running sums [a, b, c, d] ⇒ (a + b) + (c + d). */
export function dot(x: usize, y: usize, bytes: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const a = v128.load(x + i);
    const b = v128.load(y + i);
    low = f64x2.add(low, f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)));
    high = f64x2.add(
      high,
      f64x2.mul(
        f64x2.promote_low_f32x4(i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)),
        f64x2.promote_low_f32x4(i8x16.shuffle(b, b, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)),
      ),
    );
  }
  return (
    f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1) + (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1))
  );
}
