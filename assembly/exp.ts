export const LN2: f64 = 0.6931471805599453;
export const LOG2_E: f64 = 1.4426950408889634;

/**
 * What exp2 computes with: 1.5·2^23 + 127, which rounds to the nearest whole number and leaves it, ready for the exponent
 * field, in the low bits; exponents whose fields are 0 and that of infinity; the coefficients of 2^f from f⁵ down to f. In
 * memory, since V8 builds a constant vector anew at each use, in three instructions where a load is one.
 */
const CONSTANTS = memory.data<f32>([
  12583039.0, -127.0, 128.0,
  1.32647273e-3, 9.67151299e-3, 5.5507265e-2, 2.40222439e-1, 6.93147004e-1, 1.0,
]);
@inline
export function constant(i: usize): v128 {
  return v128.load32_splat(CONSTANTS + (i << 2));
}

/**
 * 2^t, four lanes; the other arguments are constant(0) … constant(8), which a loop holds in locals. t = n + f with |f| ≤ ½;
 * 2^f by a polynomial of degree 5 (minimax in relative error), 2^n by its exponent field. Relative error < 2e-7 on
 * [-126, 127.5); exactly 0 from -126.5 down, infinity above; NaN stays NaN.
 */
@inline
export function exp2(
  t: v128, magic: v128, least: v128, most: v128, c5: v128, c4: v128, c3: v128, c2: v128, c1: v128, c0: v128,
): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(t, least), most);
  const shifted = f32x4.add(clamped, magic);
  const f = f32x4.sub(clamped, f32x4.sub(shifted, magic));
  let p = f32x4.add(f32x4.mul(c5, f), c4);
  p = f32x4.add(f32x4.mul(p, f), c3);
  p = f32x4.add(f32x4.mul(p, f), c2);
  p = f32x4.add(f32x4.mul(p, f), c1);
  p = f32x4.add(f32x4.mul(p, f), c0);
  // a product and not a sum of the fields, so that NaN stays NaN and a field of 0 makes 0
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}
