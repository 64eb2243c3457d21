/**
 * 2^t for t ≤ 0, four lanes. t = n + f with |f| ≤ ½; 2^f by a polynomial of degree 6 (Cephes exp2f), 2^n by its exponent
 * field. Relative error < 2e-7 on (-126, 0]; exactly 0 below; NaN stays NaN.
 */
@inline
export function exp2(t: v128): v128 {
  // adding 1.5·2^23 rounds to the nearest whole number and leaves it in the low bits
  const magic = f32x4.splat(12582912.0);
  const clamped = f32x4.pmax(t, f32x4.splat(-126.0));
  const shifted = f32x4.add(clamped, magic);
  const f = f32x4.sub(clamped, f32x4.sub(shifted, magic));
  let p = f32x4.splat(1.535336188319500e-4);
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.339887440266574e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(9.618437357674640e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(5.550332471162809e-2));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(2.402264791363012e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(6.931472028550421e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.0));
  // a product and not a sum of the fields, so that NaN stays NaN
  const scaled = f32x4.mul(p, i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23)));
  // NaN fails every comparison, so ask for "not below": the lanes to keep
  return v128.andnot(scaled, f32x4.le(t, f32x4.splat(-126.0)));
}

/** out ← exp2 over `count` floats (a multiple of 4), for tests and for rows of the softmax. */
export function exp2Row(out: usize, x: usize, count: u32): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(out + i, exp2(v128.load(x + i)));
}
