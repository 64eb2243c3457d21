/**
 * C (M×N) += or = A (M×K) · B (K×N), f32, N a multiple of 4, K > 0. Every element of C is summed over k in ascending order,
 * whatever tile it falls in, so tiles never change the bits. Strides in bytes. A is read one scalar at a time
 * (rowStride, stepStride), so the same tiles serve A and Aᵀ.
 *
 * A panel function takes all rows of C down one panel of columns, tile after tile: a call a tile would cost a tenth of
 * its time. The tile is 2 rows × 4 vectors: 8 sums, 4 vectors of B and a splat leave V8 enough of x86's registers that
 * none is spilled on any version: 3×3, with one more sum, spills on some and runs at 0.75 of it. The loop ends where A
 * does, without a counter; unrolled, V8 hoists the loads of all steps and spills. Functions are exported on purpose:
 * inlined into a larger one, V8 spills and the speed halves. Measured in bench/LOG.md.
 */
import { PANEL_COLUMNS } from "../src/kernel/constants";
import { words } from "./memory";

@inline
export function madd(sum: v128, a: v128, b: v128): v128 {
  // relaxed: one rounding or two, whichever the machine does
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Columns of a full panel. */
export const PANEL: u32 = PANEL_COLUMNS;

/** Pairs of rows × 16 columns; M even. */
export function panel2x16(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize, M: u32, K: u32,
  accumulate: bool,
): void {
  const span = K * stepStride;
  for (; M > 0; M -= 2) {
    const c1 = c + cStride;
    let s00 = f32x4.splat(0), s01 = s00, s02 = s00, s03 = s00;
    let s10 = s00, s11 = s00, s12 = s00, s13 = s00;
    if (accumulate) {
      s00 = v128.load(c); s01 = v128.load(c, 16); s02 = v128.load(c, 32); s03 = v128.load(c, 48);
      s10 = v128.load(c1); s11 = v128.load(c1, 16); s12 = v128.load(c1, 32); s13 = v128.load(c1, 48);
    }
    let p = a, p1 = a + rowStride, q = b;
    const end = a + span;
    for (;;) {
      const b0 = v128.load(q), b1 = v128.load(q, 16), b2 = v128.load(q, 32), b3 = v128.load(q, 48);
      let x = v128.load32_splat(p);
      s00 = madd(s00, x, b0); s01 = madd(s01, x, b1); s02 = madd(s02, x, b2); s03 = madd(s03, x, b3);
      x = v128.load32_splat(p1);
      s10 = madd(s10, x, b0); s11 = madd(s11, x, b1); s12 = madd(s12, x, b2); s13 = madd(s13, x, b3);
      p += stepStride; p1 += stepStride; q += bStride;
      if (p == end) break;
    }
    v128.store(c, s00); v128.store(c, s01, 16); v128.store(c, s02, 32); v128.store(c, s03, 48);
    v128.store(c1, s10); v128.store(c1, s11, 16); v128.store(c1, s12, 32); v128.store(c1, s13, 48);
    c += cStride << 1;
    a += rowStride << 1;
  }
}

/**
 * Fours of rows × 16 columns; M a multiple of 4. For V8's revectorizer, which makes 8 sums of 256 bits of these 16: a
 * quarter faster than pairs of rows there, and a quarter slower without it. Two steps a turn, addresses first.
 */
export function panel4x16(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize, M: u32, K: u32,
  accumulate: bool,
): void {
  const span = (K - 1) * stepStride;
  for (; M > 0; M -= 4) {
    const c1 = c + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
    let s00 = f32x4.splat(0), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
    let s20 = s00, s21 = s00, s22 = s00, s23 = s00, s30 = s00, s31 = s00, s32 = s00, s33 = s00;
    if (accumulate) {
      s00 = v128.load(c); s01 = v128.load(c, 16); s02 = v128.load(c, 32); s03 = v128.load(c, 48);
      s10 = v128.load(c1); s11 = v128.load(c1, 16); s12 = v128.load(c1, 32); s13 = v128.load(c1, 48);
      s20 = v128.load(c2); s21 = v128.load(c2, 16); s22 = v128.load(c2, 32); s23 = v128.load(c2, 48);
      s30 = v128.load(c3); s31 = v128.load(c3, 16); s32 = v128.load(c3, 32); s33 = v128.load(c3, 48);
    }
    const end = a + span;
    let p = a - stepStride, p1 = p + rowStride, p2 = p1 + rowStride, p3 = p2 + rowStride, q = b - bStride;
    for (;;) {
      q += bStride; p += stepStride; p1 += stepStride; p2 += stepStride; p3 += stepStride;
      let b0 = v128.load(q), b1 = v128.load(q, 16), b2 = v128.load(q, 32), b3 = v128.load(q, 48);
      let x = v128.load32_splat(p);
      s00 = madd(s00, x, b0); s01 = madd(s01, x, b1); s02 = madd(s02, x, b2); s03 = madd(s03, x, b3);
      x = v128.load32_splat(p1);
      s10 = madd(s10, x, b0); s11 = madd(s11, x, b1); s12 = madd(s12, x, b2); s13 = madd(s13, x, b3);
      x = v128.load32_splat(p2);
      s20 = madd(s20, x, b0); s21 = madd(s21, x, b1); s22 = madd(s22, x, b2); s23 = madd(s23, x, b3);
      x = v128.load32_splat(p3);
      s30 = madd(s30, x, b0); s31 = madd(s31, x, b1); s32 = madd(s32, x, b2); s33 = madd(s33, x, b3);
      if (p == end) break;
      q += bStride; p += stepStride; p1 += stepStride; p2 += stepStride; p3 += stepStride;
      b0 = v128.load(q); b1 = v128.load(q, 16); b2 = v128.load(q, 32); b3 = v128.load(q, 48);
      x = v128.load32_splat(p);
      s00 = madd(s00, x, b0); s01 = madd(s01, x, b1); s02 = madd(s02, x, b2); s03 = madd(s03, x, b3);
      x = v128.load32_splat(p1);
      s10 = madd(s10, x, b0); s11 = madd(s11, x, b1); s12 = madd(s12, x, b2); s13 = madd(s13, x, b3);
      x = v128.load32_splat(p2);
      s20 = madd(s20, x, b0); s21 = madd(s21, x, b1); s22 = madd(s22, x, b2); s23 = madd(s23, x, b3);
      x = v128.load32_splat(p3);
      s30 = madd(s30, x, b0); s31 = madd(s31, x, b1); s32 = madd(s32, x, b2); s33 = madd(s33, x, b3);
      if (p == end) break;
    }
    v128.store(c, s00); v128.store(c, s01, 16); v128.store(c, s02, 32); v128.store(c, s03, 48);
    v128.store(c1, s10); v128.store(c1, s11, 16); v128.store(c1, s12, 32); v128.store(c1, s13, 48);
    v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c2, s22, 32); v128.store(c2, s23, 48);
    v128.store(c3, s30); v128.store(c3, s31, 16); v128.store(c3, s32, 32); v128.store(c3, s33, 48);
    c += cStride << 2;
    a += rowStride << 2;
  }
}

/** A single row × 16 columns: the one left over. */
export function panel1x16(
  c: usize, a: usize, stepStride: usize, b: usize, bStride: usize, K: u32, accumulate: bool,
): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (accumulate) {
    s0 = v128.load(c); s1 = v128.load(c, 16); s2 = v128.load(c, 32); s3 = v128.load(c, 48);
  }
  const end = a + K * stepStride;
  for (;;) {
    const x = v128.load32_splat(a);
    s0 = madd(s0, x, v128.load(b)); s1 = madd(s1, x, v128.load(b, 16));
    s2 = madd(s2, x, v128.load(b, 32)); s3 = madd(s3, x, v128.load(b, 48));
    a += stepStride; b += bStride;
    if (a == end) break;
  }
  v128.store(c, s0); v128.store(c, s1, 16); v128.store(c, s2, 32); v128.store(c, s3, 48);
}

/** Fours of rows × 8 columns, for an edge of two vectors; M a multiple of 4. */
export function panel4x8(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize, M: u32, K: u32,
  accumulate: bool,
): void {
  const span = K * stepStride;
  for (; M > 0; M -= 4) {
    const c1 = c + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
    let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    if (accumulate) {
      s00 = v128.load(c); s01 = v128.load(c, 16); s10 = v128.load(c1); s11 = v128.load(c1, 16);
      s20 = v128.load(c2); s21 = v128.load(c2, 16); s30 = v128.load(c3); s31 = v128.load(c3, 16);
    }
    let p = a, p1 = p + rowStride, p2 = p1 + rowStride, p3 = p2 + rowStride, q = b;
    const end = a + span;
    for (;;) {
      const b0 = v128.load(q), b1 = v128.load(q, 16);
      let x = v128.load32_splat(p);
      s00 = madd(s00, x, b0); s01 = madd(s01, x, b1);
      x = v128.load32_splat(p1);
      s10 = madd(s10, x, b0); s11 = madd(s11, x, b1);
      x = v128.load32_splat(p2);
      s20 = madd(s20, x, b0); s21 = madd(s21, x, b1);
      x = v128.load32_splat(p3);
      s30 = madd(s30, x, b0); s31 = madd(s31, x, b1);
      p += stepStride; p1 += stepStride; p2 += stepStride; p3 += stepStride; q += bStride;
      if (p == end) break;
    }
    v128.store(c, s00); v128.store(c, s01, 16); v128.store(c1, s10); v128.store(c1, s11, 16);
    v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c3, s30); v128.store(c3, s31, 16);
    c += cStride << 2;
    a += rowStride << 2;
  }
}

/** Fours of rows × 4 columns, for an edge of one vector; M a multiple of 4. */
export function panel4x4(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize, M: u32, K: u32,
  accumulate: bool,
): void {
  const span = K * stepStride;
  for (; M > 0; M -= 4) {
    const c1 = c + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    if (accumulate) {
      s0 = v128.load(c); s1 = v128.load(c1); s2 = v128.load(c2); s3 = v128.load(c3);
    }
    let p = a, p1 = p + rowStride, p2 = p1 + rowStride, p3 = p2 + rowStride, q = b;
    const end = a + span;
    for (;;) {
      const b0 = v128.load(q);
      s0 = madd(s0, v128.load32_splat(p), b0); s1 = madd(s1, v128.load32_splat(p1), b0);
      s2 = madd(s2, v128.load32_splat(p2), b0); s3 = madd(s3, v128.load32_splat(p3), b0);
      p += stepStride; p1 += stepStride; p2 += stepStride; p3 += stepStride; q += bStride;
      if (p == end) break;
    }
    v128.store(c, s0); v128.store(c1, s1); v128.store(c2, s2); v128.store(c3, s3);
    c += cStride << 2;
    a += rowStride << 2;
  }
}

/** A single row × 4 columns, for rows left over at an edge. */
export function panel1x4(
  c: usize, a: usize, stepStride: usize, b: usize, bStride: usize, K: u32, accumulate: bool,
): void {
  let s = accumulate ? v128.load(c) : f32x4.splat(0);
  const end = a + K * stepStride;
  for (;;) {
    s = madd(s, v128.load32_splat(a), v128.load(b));
    a += stepStride; b += bStride;
    if (a == end) break;
  }
  v128.store(c, s);
}

/** Rows of B multiplied at once where each lies on a page of its own: a first-level TLB has 64 entries. */
const PAGES: u32 = 48;

/** The whole product; a panel of B stays in the L1 cache while the rows of A pass by. `wide`: vectors of 256 bits. */
export function multiply(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize,
  M: u32, N: u32, K: u32, accumulate: bool, wide: u32,
): void {
  const depth = bStride < 2048 ? K : min(K, PAGES);
  while (N > 0) {
    const columns: u32 = N >= PANEL ? PANEL : N >= 8 ? 8 : 4;
    for (let k: u32 = 0; k < K; k += depth) {
      panel(
        c, cStride, a + k * stepStride, rowStride, stepStride, b + k * bStride, bStride,
        M, columns, min(depth, K - k), accumulate || k > 0, wide,
      );
    }
    N -= columns;
    c += columns << 2;
    b += columns << 2;
  }
}

/** One panel of 16, 8 or 4 columns: tiles, then the rows left over. */
function panel(
  c: usize, cStride: usize, a: usize, rowStride: usize, stepStride: usize, b: usize, bStride: usize,
  M: u32, columns: u32, K: u32, accumulate: bool, wide: u32,
): void {
  const fours = M & ~3;
  if (columns == PANEL) {
    const done = wide ? fours : 0;
    const even = M & ~1;
    if (wide) panel4x16(c, cStride, a, rowStride, stepStride, b, bStride, fours, K, accumulate);
    panel2x16(
      c + done * cStride, cStride, a + done * rowStride, rowStride, stepStride, b, bStride, even - done, K, accumulate,
    );
    if (even < M) panel1x16(c + even * cStride, a + even * rowStride, stepStride, b, bStride, K, accumulate);
    return;
  }
  if (columns == 8) panel4x8(c, cStride, a, rowStride, stepStride, b, bStride, fours, K, accumulate);
  else panel4x4(c, cStride, a, rowStride, stepStride, b, bStride, fours, K, accumulate);
  for (let m = fours; m < M; m++)
    for (let n: usize = 0; n < words(columns); n += 16)
      panel1x4(c + m * cStride + n, a + m * rowStride, stepStride, b + n, bStride, K, accumulate);
}
