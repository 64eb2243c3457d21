/** Eigenvalues of the centred embedding, in f64. */
import { double, doubles, word, words } from "./memory";
import { Run } from "./run";

/** Rows of the summed side (V or D, the larger) that are centred and multiplied at once. */
const DEPTH: u32 = 64;

/**
 * Eigenvalues of the centred embedding's Gram matrix, the smaller of V×V and D×D, into out (n f64, not sorted). scratch:
 * (n·n' + 64·n' + 4·n' + D) f64 with n' = n rounded up to even; the share of energy in the mean row → run.
 */
export function spectrum(run: Run, out: usize, scratch: usize): void {
  const V = run.vocabSize;
  const D = run.dim;
  const rowBytes = words(run.stride);
  const byColumns = V >= D;
  const n = byColumns ? D : V;
  const padded = (n + 1) & ~1;
  const gramStride = doubles(padded);
  const gram = scratch;
  const block = gram + n * gramStride;
  const mean = block + DEPTH * gramStride;
  const work = double(mean, D);

  memory.fill(gram, 0, n * gramStride);
  memory.fill(block, 0, DEPTH * gramStride);
  memory.fill(mean, 0, doubles(D));
  let energy: f64 = 0;
  for (let v: u32 = 0; v < V; v++) {
    const row = run.embedding + v * rowBytes;
    for (let d: u32 = 0; d < D; d++) {
      const value = f64(load<f32>(word(row, d)));
      const at = double(mean, d);
      store<f64>(at, load<f64>(at) + value);
      energy += value * value;
    }
  }
  let meanEnergy: f64 = 0;
  for (let d: u32 = 0; d < D; d++) {
    const at = double(mean, d);
    const value = load<f64>(at) / f64(V);
    store<f64>(at, value);
    meanEnergy += value * value;
  }
  run.meanEnergyShare = energy > 0 ? Math.min(1, (meanEnergy * f64(V)) / energy) : 0;

  const long = byColumns ? V : D;
  for (let first: u32 = 0; first < long; first += DEPTH) {
    const depth = min(DEPTH, long - first);
    for (let k: u32 = 0; k < depth; k++)
      for (let i: u32 = 0; i < n; i++) {
        const v = byColumns ? first + k : i;
        const d = byColumns ? i : first + k;
        store<f64>(
          double(block + k * gramStride, i),
          f64(load<f32>(word(run.embedding + v * rowBytes, d))) - load<f64>(double(mean, d)),
        );
      }
    addGram(gram, block, gramStride, n, depth);
  }
  // only columns ≥ row were summed (and some more at the tiles' edges)
  for (let i: u32 = 0; i < n; i++)
    for (let k: u32 = i + 1; k < n; k++)
      store<f64>(double(gram + k * gramStride, i), load<f64>(double(gram + i * gramStride, k)));
  eigenvalues(out, gram, gramStride, n, work);
}

/** gram += blockᵀ·block for columns from each row on: 2 rows × 4 columns a tile. */
function addGram(gram: usize, block: usize, stride: usize, n: u32, depth: u32): void {
  for (let i: u32 = 0; i < n; i += 2) {
    const second = i + 1 < n;
    const gi = gram + i * stride;
    for (let k: u32 = i & ~1; k < n; k += 4) {
      const wide = k + 2 < n;
      const at = doubles(k);
      let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00;
      let row = block;
      for (let r = depth; r > 0; r--) {
        const a0 = v128.load64_splat(row + (<usize>i << 3));
        const a1 = v128.load64_splat(row + (<usize>i << 3), 8);
        const b0 = v128.load(row + at);
        s00 = f64x2.add(s00, f64x2.mul(a0, b0));
        s10 = f64x2.add(s10, f64x2.mul(a1, b0));
        if (wide) {
          const b1 = v128.load(row + at, 16);
          s01 = f64x2.add(s01, f64x2.mul(a0, b1));
          s11 = f64x2.add(s11, f64x2.mul(a1, b1));
        }
        row += stride;
      }
      v128.store(gi + at, f64x2.add(v128.load(gi + at), s00));
      if (wide) v128.store(gi + at + 16, f64x2.add(v128.load(gi + at + 16), s01));
      if (second) {
        v128.store(gi + stride + at, f64x2.add(v128.load(gi + stride + at), s10));
        if (wide) v128.store(gi + stride + at + 16, f64x2.add(v128.load(gi + stride + at + 16), s11));
      }
    }
  }
}

/**
 * All eigenvalues of a symmetric matrix (n×n f64, rows `stride` bytes apart, destroyed): Householder reflections to
 * tridiagonal form, then implicit QL (Golub and Van Loan, chapter 8). work: 4·n f64.
 */
export function eigenvalues(out: usize, matrix: usize, stride: usize, n: u32, work: usize): void {
  const size = doubles((n + 1) & ~1);
  const off = work;
  const v = work + size;
  const p = v + size;
  memory.fill(off, 0, size);
  for (let k: u32 = 0; k + 2 < n; k++) {
    const column = matrix + k * stride;
    let norm: f64 = 0;
    for (let i = k + 1; i < n; i++) {
      const value = load<f64>(double(column, i));
      norm += value * value;
    }
    norm = Math.sqrt(norm);
    const head = load<f64>(double(column, k + 1));
    const alpha = head > 0 ? -norm : norm;
    store<f64>(double(off, k), alpha);
    // vᵀv = 2·norm·(norm + |head|)
    const half = norm * (norm + Math.abs(head));
    if (half == 0) continue;
    memory.fill(v, 0, size);
    for (let i = k + 1; i < n; i++) store<f64>(double(v, i), load<f64>(double(column, i)));
    store<f64>(double(v, k + 1), head - alpha);
    const from = doubles((k + 1) & ~1);
    let vp: f64 = 0;
    for (let i = k + 1; i < n; i++) {
      const row = matrix + i * stride;
      let sum = f64x2.splat(0);
      for (let at = from; at < size; at += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(row + at), v128.load(v + at)));
      const value = (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)) / half;
      store<f64>(double(p, i), value);
      vp += value * load<f64>(double(v, i));
    }
    const correction = vp / (2.0 * half);
    store<f64>(double(p, k), 0);
    if (n & 1) store<f64>(double(p, n), 0);
    for (let i = k + 1; i < n; i++) {
      const at = double(p, i);
      store<f64>(at, load<f64>(at) - correction * load<f64>(double(v, i)));
    }
    for (let i = k + 1; i < n; i++) {
      const row = matrix + i * stride;
      const vi = v128.load64_splat(double(v, i));
      const pi = v128.load64_splat(double(p, i));
      for (let at = from; at < size; at += 16)
        v128.store(
          row + at,
          f64x2.sub(
            v128.load(row + at),
            f64x2.add(f64x2.mul(vi, v128.load(p + at)), f64x2.mul(pi, v128.load(v + at))),
          ),
        );
    }
  }
  for (let i: u32 = 0; i < n; i++) store<f64>(double(out, i), load<f64>(double(matrix + i * stride, i)));
  if (n > 1) store<f64>(double(off, n - 2), load<f64>(double(matrix + (n - 2) * stride, n - 1)));
  implicitQl(out, off, n);
}

/** Eigenvalues of the tridiagonal (diagonal d, off-diagonal e) in place of d; NaN in, NaN out. */
function implicitQl(d: usize, e: usize, n: u32): void {
  for (let l: u32 = 0; l < n; l++) {
    for (let round = 0; round < 60; round++) {
      let m = l;
      for (; m + 1 < n; m++) {
        const dd = Math.abs(load<f64>(double(d, m))) + Math.abs(load<f64>(double(d, m), 8));
        if (Math.abs(load<f64>(double(e, m))) <= 2.220446049250313e-16 * dd) break;
      }
      if (m == l) break;
      const dl = load<f64>(double(d, l));
      const el = load<f64>(double(e, l));
      let g = (load<f64>(double(d, l), 8) - dl) / (2.0 * el);
      let r = Math.sqrt(g * g + 1.0);
      g = load<f64>(double(d, m)) - dl + el / (g + (g >= 0 ? r : -r));
      let s: f64 = 1;
      let c: f64 = 1;
      let p: f64 = 0;
      let i = i32(m) - 1;
      for (; i >= i32(l); i--) {
        const at = doubles(i);
        let f = s * load<f64>(e + at);
        const b = c * load<f64>(e + at);
        r = Math.sqrt(f * f + g * g);
        store<f64>(e + at, r, 8);
        if (r == 0) {
          store<f64>(d + at, load<f64>(d + at, 8) - p, 8);
          store<f64>(double(e, m), 0);
          break;
        }
        s = f / r;
        c = g / r;
        g = load<f64>(d + at, 8) - p;
        r = (load<f64>(d + at) - g) * s + 2.0 * c * b;
        p = s * r;
        store<f64>(d + at, g + p, 8);
        g = c * r - b;
      }
      if (r == 0 && i >= i32(l)) continue;
      store<f64>(double(d, l), load<f64>(double(d, l)) - p);
      store<f64>(double(e, l), g);
      store<f64>(double(e, m), 0);
    }
  }
}
