import { BLOCK_COLUMNS } from "../src/kernel/constants";
import { constant, exp2, LOG2_E } from "./exp";
import { madd, multiply, PANEL } from "./matmul";
import { word, words } from "./memory";
import { normForward } from "./norm";
import { Run } from "./run";
import { addToDoubles } from "./vector";

/** Dimensions d of one pass of the product over the rows: a panel of so many (12 kB) stays in the L1 cache. */
export const DEPTH: u32 = BLOCK_COLUMNS;

/**
 * A softmax sum between 2^-64 and 2^64 is used as it is: no term overflows, and terms below f32's smallest number are less
 * than 2^-62 of it. Other sums are computed again, shifted by the largest logit.
 */
const LARGEST: f64 = 18446744073709551616.0;
const SMALLEST: f64 = 5.421010862427522e-20;

/** Whether a sum lies in that range; NaN does not. */
@inline
export function inRange(sum: f64): bool {
  return sum > SMALLEST && fits(sum);
}

/** The same for a partial sum, which may be arbitrarily small. */
@inline
export function fits(part: f64): bool {
  return part < LARGEST;
}

/** Columns of a block of logits: its inputs rounded up to 8, two vectors, as the passes below take them. */
@inline
export function blockWidth(count: u32): u32 {
  return (count + 7) & ~7;
}

/** x row j ← norm(E row inputs[j]) for `count` inputs; the norm's mean and 1/σ are kept for the gradient. */
export function gatherInputs(run: Run, inputs: usize, count: u32, x: usize, mean: usize, scale: usize): void {
  const rowBytes = words(run.stride);
  for (let j: usize = 0; j < words(count); j += 4) {
    normForward(
      x, run.embedding + load<u32>(inputs + j) * rowBytes, run.gain, run.bias, run.norm, run.dim, run.stride,
      mean + j, scale + j,
    );
    x += rowBytes;
  }
}

/**
 * Panels of `count` rows of `x`, `depth` floats of each, transposed: [panel][d][16], times log2 e, so that the softmax is
 * in base 2. The last panel is 8 or 16 wide; columns beyond `count` are zero.
 */
export function packPanels(out: usize, x: usize, rowBytes: usize, count: u32, depth: u32): void {
  const width = blockWidth(count);
  for (let j: u32 = 0; j < width; j += PANEL) {
    const columns = min(PANEL, width - j);
    const step = words(columns);
    for (let c: u32 = 0; c < columns; c += 4) {
      let to = word(out, c);
      const from = x + (j + c) * rowBytes;
      if (j + c + 4 <= count) {
        transposeRows(to, step, from, rowBytes, depth);
        continue;
      }
      for (let d: usize = 0; d < words(depth); d += 4) {
        for (let i: u32 = 0; i < 4; i++) {
          let value: f32 = 0;
          if (j + c + i < count) value = load<f32>(from + i * rowBytes + d) * f32(LOG2_E);
          store<f32>(word(to, i), value);
        }
        to += step;
      }
    }
    out += <usize>depth * step;
  }
}

/** Four rows, times log2 e, as four columns of a panel. */
function transposeRows(to: usize, step: usize, row0: usize, rowBytes: usize, depth: u32): void {
  const row1 = row0 + rowBytes;
  const row2 = row1 + rowBytes;
  const row3 = row2 + rowBytes;
  const scale = f32x4.splat(f32(LOG2_E));
  let d: usize = 0;
  for (; d + 16 <= words(depth); d += 16) {
    const a = f32x4.mul(v128.load(row0 + d), scale);
    const b = f32x4.mul(v128.load(row1 + d), scale);
    const c = f32x4.mul(v128.load(row2 + d), scale);
    const e = f32x4.mul(v128.load(row3 + d), scale);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const ce = v128.shuffle<f32>(c, e, 0, 4, 1, 5);
    v128.store(to, v128.shuffle<f64>(ab, ce, 0, 2));
    v128.store(to + step, v128.shuffle<f64>(ab, ce, 1, 3));
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const ceHigh = v128.shuffle<f32>(c, e, 2, 6, 3, 7);
    to += step << 1;
    v128.store(to, v128.shuffle<f64>(abHigh, ceHigh, 0, 2));
    v128.store(to + step, v128.shuffle<f64>(abHigh, ceHigh, 1, 3));
    to += step << 1;
  }
  for (; d < words(depth); d += 4) {
    store<f32>(to, load<f32>(row0 + d) * f32(LOG2_E));
    store<f32>(to, load<f32>(row1 + d) * f32(LOG2_E), 4);
    store<f32>(to, load<f32>(row2 + d) * f32(LOG2_E), 8);
    store<f32>(to, load<f32>(row3 + d) * f32(LOG2_E), 12);
    to += step;
  }
}

/** out (rows × width) ← U[firstRow …] · panels: logits in base 2. */
export function logitsOfRows(run: Run, out: usize, panels: usize, firstRow: u32, rows: u32, width: u32): void {
  const rowBytes = words(run.stride);
  const outStride = words(width);
  const u = run.unembedding + firstRow * rowBytes;
  for (let d: u32 = 0; d < run.dim; d += DEPTH) {
    const depth = min(DEPTH, run.dim - d);
    let panel = panels;
    for (let j: u32 = 0; j < width; j += PANEL) {
      const columns = min(PANEL, width - j);
      const step = words(columns);
      multiply(
        word(out, j), outStride, word(u, d), rowBytes, 4, panel + d * step, step,
        rows, columns, depth, d > 0, run.wide,
      );
      panel += <usize>run.dim * step;
    }
  }
}

/**
 * out[i] ← x_i · u_i, i = 0 … 3: single logits in base 2, with the bits that the product gives them, since it sums over
 * d in this order whatever the tile (matmul.ts). So what is common to a row of logits cancels where a target's is
 * subtracted from their logSumExp.
 */
export function fourLogits(
  out: usize, x0: usize, x1: usize, x2: usize, x3: usize, u0: usize, u1: usize, u2: usize, u3: usize, dim: u32,
): void {
  const scale = f32x4.splat(f32(LOG2_E));
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let d: usize = 0; d < words(dim); d += 4) {
    s0 = madd(s0, f32x4.mul(v128.load32_splat(x0 + d), scale), v128.load32_splat(u0 + d));
    s1 = madd(s1, f32x4.mul(v128.load32_splat(x1 + d), scale), v128.load32_splat(u1 + d));
    s2 = madd(s2, f32x4.mul(v128.load32_splat(x2 + d), scale), v128.load32_splat(u2 + d));
    s3 = madd(s3, f32x4.mul(v128.load32_splat(x3 + d), scale), v128.load32_splat(u3 + d));
  }
  store<f32>(out, f32x4.extract_lane(s0, 0));
  store<f32>(out, f32x4.extract_lane(s1, 0), 4);
  store<f32>(out, f32x4.extract_lane(s2, 0), 8);
  store<f32>(out, f32x4.extract_lane(s3, 0), 12);
}

// The passes below go row after row, and load and store a column's value at each: a walk down the columns would use an
// eighth of the L1 cache's sets, and read every line four times from the L2 cache. Exponentials come two vectors at a time:
// two independent chains, which V8's revectorizer makes one of.

/** max[j] ← largest of max[j] and the column; f32x4.pmax(a, b) keeps a where b is NaN; the sum is NaN then. */
export function columnMax(max: usize, logits: usize, rows: u32, width: u32): void {
  const rowBytes = words(width);
  for (let r = rows; r > 0; r--) {
    for (let j: usize = 0; j < rowBytes; j += 16)
      v128.store(max + j, f32x4.pmax(v128.load(max + j), v128.load(logits + j)));
    logits += rowBytes;
  }
}

/** logits ← 2^(logits − shift), sum[j] += the column's total, rows in order. */
export function exponentiate(logits: usize, shift: usize, sum: usize, rows: u32, width: u32): void {
  const k0 = constant(0), k1 = constant(1), k2 = constant(2), k3 = constant(3), k4 = constant(4), k5 = constant(5);
  const k6 = constant(6), k7 = constant(7), k8 = constant(8);
  const rowBytes = words(width);
  for (let r = rows; r > 0; r--) {
    for (let j: usize = 0; j < rowBytes; j += 32) {
      const low = exp2(f32x4.sub(v128.load(logits + j), v128.load(shift + j)), k0, k1, k2, k3, k4, k5, k6, k7, k8);
      const high = exp2(f32x4.sub(v128.load(logits + j, 16), v128.load(shift + j, 16)), k0, k1, k2, k3, k4, k5, k6, k7, k8);
      v128.store(logits + j, low);
      v128.store(logits + j, high, 16);
      v128.store(sum + j, f32x4.add(v128.load(sum + j), low));
      v128.store(sum + j, f32x4.add(v128.load(sum + j, 16), high), 16);
    }
    logits += rowBytes;
  }
}

/** As exponentiate, for the sum alone. */
export function sumOfExponentials(logits: usize, shift: usize, sum: usize, rows: u32, width: u32): void {
  const k0 = constant(0), k1 = constant(1), k2 = constant(2), k3 = constant(3), k4 = constant(4), k5 = constant(5);
  const k6 = constant(6), k7 = constant(7), k8 = constant(8);
  const rowBytes = words(width);
  for (let r = rows; r > 0; r--) {
    for (let j: usize = 0; j < rowBytes; j += 32) {
      const low = exp2(f32x4.sub(v128.load(logits + j), v128.load(shift + j)), k0, k1, k2, k3, k4, k5, k6, k7, k8);
      const high = exp2(f32x4.sub(v128.load(logits + j, 16), v128.load(shift + j, 16)), k0, k1, k2, k3, k4, k5, k6, k7, k8);
      v128.store(sum + j, f32x4.add(v128.load(sum + j), low));
      v128.store(sum + j, f32x4.add(v128.load(sum + j, 16), high), 16);
    }
    logits += rowBytes;
  }
}

/**
 * expected[j] (f64) += Σ_r p_r logits[r][j], two rows at a time. p: f64; tokens of probability 0 are left out, even where
 * their logit is infinite.
 */
export function addExpected(expected: usize, logits: usize, p: usize, rows: u32, width: u32): void {
  const rowBytes = words(width);
  for (let r: u32 = 0; r < rows; r += 2) {
    const p0 = load<f64>(p);
    const p1 = r + 1 < rows ? load<f64>(p, 8) : 0.0;
    if (p0 == 0 || p1 == 0) {
      if (p0 != 0) addToDoubles(expected, logits, p0, rowBytes);
      if (p1 != 0) addToDoubles(expected, logits + rowBytes, p1, rowBytes);
    } else {
      const a = f64x2.splat(p0);
      const b = f64x2.splat(p1);
      for (let j: usize = 0; j < rowBytes; j += 8) {
        const at = expected + (j << 1);
        const x = f64x2.mul(a, f64x2.promote_low_f32x4(v128.load64_zero(logits + j)));
        const y = f64x2.mul(b, f64x2.promote_low_f32x4(v128.load64_zero(logits + rowBytes + j)));
        v128.store(at, f64x2.add(v128.load(at), f64x2.add(x, y)));
      }
    }
    logits += rowBytes << 1;
    p += 16;
  }
}
