/**
 * C (M×N) += or = A (M×K) · B (K×N), f32, N a multiple of 4. Every element of C is summed over k in ascending order,
 * whatever tile it falls in, so tiles never change the bits. Strides in bytes. A is read one scalar at a time
 * (rowStride, stepStride), so the same tiles serve A and Aᵀ.
 *
 * The tile is 3 rows × 3 vectors: 9 sums, 3 vectors of B and a splat fill 13 of x86's 16 registers; 4×6 spills. Each
 * tile is exported on purpose: inlined into one function, V8 spills and the speed halves.
 */
@inline
function madd(sum: v128, a: v128, b: v128): v128 {
  // relaxed: one rounding or two, as the machine likes it
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** 3 rows × 12 columns. */
export function tile3x12(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize, K: u32,
  accumulate: bool,
): void {
  const c1 = c + cStride;
  const c2 = c1 + cStride;
  let s00 = f32x4.splat(0), s01 = s00, s02 = s00;
  let s10 = s00, s11 = s00, s12 = s00;
  let s20 = s00, s21 = s00, s22 = s00;
  if (accumulate) {
    s00 = v128.load(c); s01 = v128.load(c, 16); s02 = v128.load(c, 32);
    s10 = v128.load(c1); s11 = v128.load(c1, 16); s12 = v128.load(c1, 32);
    s20 = v128.load(c2); s21 = v128.load(c2, 16); s22 = v128.load(c2, 32);
  }
  let a1 = a + rowStride;
  let a2 = a1 + rowStride;
  for (; K > 0; K--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32);
    let x = v128.load32_splat(a);
    s00 = madd(s00, x, b0); s01 = madd(s01, x, b1); s02 = madd(s02, x, b2);
    x = v128.load32_splat(a1);
    s10 = madd(s10, x, b0); s11 = madd(s11, x, b1); s12 = madd(s12, x, b2);
    x = v128.load32_splat(a2);
    s20 = madd(s20, x, b0); s21 = madd(s21, x, b1); s22 = madd(s22, x, b2);
    a += stepStride; a1 += stepStride; a2 += stepStride;
    b += bStride;
  }
  v128.store(c, s00); v128.store(c, s01, 16); v128.store(c, s02, 32);
  v128.store(c1, s10); v128.store(c1, s11, 16); v128.store(c1, s12, 32);
  v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c2, s22, 32);
}

/** 2 rows × 12 columns: one row is left over, or two; four left over are two of these. */
export function tile2x12(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize, K: u32,
  accumulate: bool,
): void {
  const c1 = c + cStride;
  let s00 = f32x4.splat(0), s01 = s00, s02 = s00, s10 = s00, s11 = s00, s12 = s00;
  if (accumulate) {
    s00 = v128.load(c); s01 = v128.load(c, 16); s02 = v128.load(c, 32);
    s10 = v128.load(c1); s11 = v128.load(c1, 16); s12 = v128.load(c1, 32);
  }
  let a1 = a + rowStride;
  for (; K > 0; K--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32);
    let x = v128.load32_splat(a);
    s00 = madd(s00, x, b0); s01 = madd(s01, x, b1); s02 = madd(s02, x, b2);
    x = v128.load32_splat(a1);
    s10 = madd(s10, x, b0); s11 = madd(s11, x, b1); s12 = madd(s12, x, b2);
    a += stepStride; a1 += stepStride;
    b += bStride;
  }
  v128.store(c, s00); v128.store(c, s01, 16); v128.store(c, s02, 32);
  v128.store(c1, s10); v128.store(c1, s11, 16); v128.store(c1, s12, 32);
}

/** 4 rows × 8 columns: the edge where two vectors are left. */
export function tile4x8(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize, K: u32,
  accumulate: bool,
): void {
  const c1 = c + cStride;
  const c2 = c1 + cStride;
  const c3 = c2 + cStride;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  if (accumulate) {
    s00 = v128.load(c); s01 = v128.load(c, 16);
    s10 = v128.load(c1); s11 = v128.load(c1, 16);
    s20 = v128.load(c2); s21 = v128.load(c2, 16);
    s30 = v128.load(c3); s31 = v128.load(c3, 16);
  }
  let a1 = a + rowStride;
  let a2 = a1 + rowStride;
  let a3 = a2 + rowStride;
  for (; K > 0; K--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(s00, x, b0); s01 = madd(s01, x, b1);
    x = v128.load32_splat(a1);
    s10 = madd(s10, x, b0); s11 = madd(s11, x, b1);
    x = v128.load32_splat(a2);
    s20 = madd(s20, x, b0); s21 = madd(s21, x, b1);
    x = v128.load32_splat(a3);
    s30 = madd(s30, x, b0); s31 = madd(s31, x, b1);
    a += stepStride; a1 += stepStride; a2 += stepStride; a3 += stepStride;
    b += bStride;
  }
  v128.store(c, s00); v128.store(c, s01, 16);
  v128.store(c1, s10); v128.store(c1, s11, 16);
  v128.store(c2, s20); v128.store(c2, s21, 16);
  v128.store(c3, s30); v128.store(c3, s31, 16);
}

/** 6 rows × 4 columns: the edge where one vector is left. */
export function tile6x4(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize, K: u32,
  accumulate: bool,
): void {
  const c1 = c + cStride, c2 = c1 + cStride, c3 = c2 + cStride, c4 = c3 + cStride, c5 = c4 + cStride;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
  if (accumulate) {
    s0 = v128.load(c); s1 = v128.load(c1); s2 = v128.load(c2);
    s3 = v128.load(c3); s4 = v128.load(c4); s5 = v128.load(c5);
  }
  let a1 = a + rowStride, a2 = a1 + rowStride, a3 = a2 + rowStride, a4 = a3 + rowStride, a5 = a4 + rowStride;
  for (; K > 0; K--) {
    const v = v128.load(b);
    s0 = madd(s0, v128.load32_splat(a), v);
    s1 = madd(s1, v128.load32_splat(a1), v);
    s2 = madd(s2, v128.load32_splat(a2), v);
    s3 = madd(s3, v128.load32_splat(a3), v);
    s4 = madd(s4, v128.load32_splat(a4), v);
    s5 = madd(s5, v128.load32_splat(a5), v);
    a += stepStride; a1 += stepStride; a2 += stepStride; a3 += stepStride; a4 += stepStride; a5 += stepStride;
    b += bStride;
  }
  v128.store(c, s0); v128.store(c1, s1); v128.store(c2, s2);
  v128.store(c3, s3); v128.store(c4, s4); v128.store(c5, s5);
}

/** 1 row × 12 columns: rows left over. */
export function tile1x12(
  c: usize, a: usize, stepStride: usize, b: usize, bStride: usize, K: u32, accumulate: bool,
): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0;
  if (accumulate) {
    s0 = v128.load(c); s1 = v128.load(c, 16); s2 = v128.load(c, 32);
  }
  for (; K > 0; K--) {
    const x = v128.load32_splat(a);
    s0 = madd(s0, x, v128.load(b)); s1 = madd(s1, x, v128.load(b, 16)); s2 = madd(s2, x, v128.load(b, 32));
    a += stepStride;
    b += bStride;
  }
  v128.store(c, s0); v128.store(c, s1, 16); v128.store(c, s2, 32);
}

/** 1 row × 4 columns: the last corner. */
export function tile1x4(
  c: usize, a: usize, stepStride: usize, b: usize, bStride: usize, K: u32, accumulate: bool,
): void {
  let s = f32x4.splat(0);
  if (accumulate) s = v128.load(c);
  for (; K > 0; K--) {
    s = madd(s, v128.load32_splat(a), v128.load(b));
    a += stepStride;
    b += bStride;
  }
  v128.store(c, s);
}

/** The whole product; B's column panel of a tile stays in the L1 cache while the rows of A pass by. */
export function multiply(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize,
  M: u32, N: u32, K: u32, accumulate: bool,
): void {
  let n: u32 = 0;
  for (; n + 12 <= N; n += 12) {
    const bn = b + (<usize>n << 2);
    let cm = c + (<usize>n << 2);
    let am = a;
    let m: u32 = 0;
    // four rows at the end are two and two, not three and one
    for (; m + 5 <= M || m + 3 == M; m += 3) {
      tile3x12(cm, cStride, am, rowStride, stepStride, bn, bStride, K, accumulate);
      cm += 3 * cStride;
      am += 3 * rowStride;
    }
    for (; m + 2 <= M; m += 2) {
      tile2x12(cm, cStride, am, rowStride, stepStride, bn, bStride, K, accumulate);
      cm += cStride << 1;
      am += rowStride << 1;
    }
    for (; m < M; m++) {
      tile1x12(cm, am, stepStride, bn, bStride, K, accumulate);
      cm += cStride;
      am += rowStride;
    }
  }
  if (n + 8 <= N) {
    const bn = b + (<usize>n << 2);
    let cm = c + (<usize>n << 2);
    let am = a;
    let m: u32 = 0;
    for (; m + 4 <= M; m += 4) {
      tile4x8(cm, cStride, am, rowStride, stepStride, bn, bStride, K, accumulate);
      cm += cStride << 2;
      am += rowStride << 2;
    }
    for (; m < M; m++) {
      tile1x4(cm, am, stepStride, bn, bStride, K, accumulate);
      tile1x4(cm + 16, am, stepStride, bn + 16, bStride, K, accumulate);
      cm += cStride;
      am += rowStride;
    }
    n += 8;
  }
  if (n + 4 <= N) {
    const bn = b + (<usize>n << 2);
    let cm = c + (<usize>n << 2);
    let am = a;
    let m: u32 = 0;
    for (; m + 6 <= M; m += 6) {
      tile6x4(cm, cStride, am, rowStride, stepStride, bn, bStride, K, accumulate);
      cm += 6 * cStride;
      am += 6 * rowStride;
    }
    for (; m < M; m++) {
      tile1x4(cm, am, stepStride, bn, bStride, K, accumulate);
      cm += cStride;
      am += rowStride;
    }
  }
}
