import { multiply } from "./matmul";
import { exp2 } from "./exp";
import { normForward } from "./norm";
import { Run } from "./run";

const LOG2_E: f32 = 1.4426950408889634;
/** Steps of d that are multiplied before the next rows come: a panel of them (24 kB) stays in the L1 cache. */
const DEPTH: u32 = 512;

/** Columns of a block of logits: its inputs rounded up to whole vectors. */
@inline
export function blockWidth(count: u32): u32 {
  return (count + 3) & ~3;
}

/** x row j ← norm(E row inputs[j]) for `count` inputs, rows `first` and on of x, mean and scale. */
export function gatherInputs(run: Run, inputs: usize, first: u32, count: u32): void {
  const rowBytes = <usize>run.stride << 2;
  for (let j: u32 = 0; j < count; j++) {
    const at = first + j;
    normForward(
      run.x + at * rowBytes,
      run.embedding + load<u32>(inputs + (<usize>j << 2)) * rowBytes,
      run.gain, run.bias, run.norm, run.dim, run.stride,
      run.rowMean + (<usize>at << 2), run.rowScale + (<usize>at << 2),
    );
  }
}

/** Panels of x rows first … first + count, transposed: [panel][d][12], times log2 e, so that the softmax is in base 2. */
export function packPanels(run: Run, first: u32, count: u32): void {
  const rowBytes = <usize>run.stride << 2;
  const width = blockWidth(count);
  const x = run.x + first * rowBytes;
  let out = run.panels;
  for (let j: u32 = 0; j < width; j += 12) {
    const columns = min<u32>(12, width - j);
    const step = <usize>columns << 2;
    for (let c: u32 = 0; c < columns; c++) {
      let to = out + (<usize>c << 2);
      const from = x + (j + c) * rowBytes;
      if (j + c < count) {
        for (let d: usize = 0; d < <usize>run.dim << 2; d += 4) {
          store<f32>(to, load<f32>(from + d) * LOG2_E);
          to += step;
        }
      } else {
        for (let d: u32 = 0; d < run.dim; d++) {
          store<f32>(to, 0);
          to += step;
        }
      }
    }
    out += <usize>run.dim * step;
  }
}

/** out (rows × width) ← U[firstRow …] · panels: logits in base 2. */
export function logitsOfRows(run: Run, out: usize, firstRow: u32, rows: u32, width: u32): void {
  const rowBytes = <usize>run.stride << 2;
  const outStride = <usize>width << 2;
  const u = run.unembedding + firstRow * rowBytes;
  for (let d: u32 = 0; d < run.dim; d += DEPTH) {
    const depth = min(DEPTH, run.dim - d);
    let panel = run.panels;
    for (let j: u32 = 0; j < width; j += 12) {
      const columns = min<u32>(12, width - j);
      const step = <usize>columns << 2;
      multiply(
        out + (<usize>j << 2), outStride, u + (<usize>d << 2), rowBytes, 4, panel + d * step, step,
        rows, columns, depth, d > 0,
      );
      panel += <usize>run.dim * step;
    }
  }
}

/** max[j] ← largest of max[j] and the column; f32x4.pmax(a, b) keeps a where b is NaN, the softmax then shows it. */
export function columnMax(max: usize, logits: usize, rows: u32, width: u32): void {
  const stride = <usize>width << 2;
  for (let j: usize = 0; j < stride; j += 16) {
    let m = v128.load(max + j);
    let at = logits + j;
    for (let r = rows; r > 0; r--) {
      m = f32x4.pmax(m, v128.load(at));
      at += stride;
    }
    v128.store(max + j, m);
  }
}

/** logits ← 2^(logits − shift), sum[j] += the column's total, rows in order. */
export function exponentiate(logits: usize, shift: usize, sum: usize, rows: u32, width: u32): void {
  const stride = <usize>width << 2;
  for (let j: usize = 0; j < stride; j += 16) {
    const s = v128.load(shift + j);
    let total = v128.load(sum + j);
    let at = logits + j;
    for (let r = rows; r > 0; r--) {
      const p = exp2(f32x4.sub(v128.load(at), s));
      v128.store(at, p);
      total = f32x4.add(total, p);
      at += stride;
    }
    v128.store(sum + j, total);
  }
}

/** As exponentiate, for the sum alone. */
export function sumOfExponentials(logits: usize, shift: usize, sum: usize, rows: u32, width: u32): void {
  const stride = <usize>width << 2;
  for (let j: usize = 0; j < stride; j += 16) {
    const s = v128.load(shift + j);
    let total = v128.load(sum + j);
    let at = logits + j;
    for (let r = rows; r > 0; r--) {
      total = f32x4.add(total, exp2(f32x4.sub(v128.load(at), s)));
      at += stride;
    }
    v128.store(sum + j, total);
  }
}
