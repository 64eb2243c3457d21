/** Rows of floats, `bytes` a multiple of 16. */

/** out ← x; a call of memory.copy costs more than a row */
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

/** out ← or += factor · x, x in f64 */
export function fromDoubles(out: usize, x: usize, factor: f64, add: bool, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 4) {
    const value = f32(load<f64>(x + (i << 1)) * factor);
    store<f32>(out + i, add ? load<f32>(out + i) + value : value);
  }
}
