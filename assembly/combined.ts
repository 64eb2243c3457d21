/**
 * The step of a small tied model without a norm. Its rows are inputs and outputs at once, which saves a quarter of the
 * multiply-adds. With the batch's u distinct inputs in front, logits among them are symmetric (u²D/2 less), and with G
 * the gradient of the logits, inputs a, outputs b,
 *   dE_a = Σ_b∈batch (G_ab + G_ba) E_b + Σ_b∉batch G_ab E_b   for a in the batch,
 *   dE_b = Σ_a∈batch G_ab E_a                                 for b outside it:
 * V·u + (V − u)·u rows instead of 2·V·u (u²D less). The whole vocabulary is one chunk, so probabilities are normalised and
 * targets subtracted before the second product. E is read in blocks of columns that stay in the L2 cache.
 */
import { log } from "../src/math/elementary";
import { coupleMoments } from "./adam";
import { LN2 } from "./exp";
import { blockWidth, columnMax, DEPTH, exponentiate, packPanels } from "./logits";
import { multiply, PANEL } from "./matmul";
import { doubles, word, words } from "./memory";
import { at, updateParameters } from "./optimizer";
import { parallelFor } from "./parallel";
import { Run } from "./run";
import { addRow, addSquares, copyRow } from "./vector";

/** One update on the grouped batch. False, with nothing updated, when the loss is not finite. */
export function combinedStep(run: Run): bool {
  orderTokens(run);
  parallelFor(run, run.parts, columnLogits);
  completeLogits(run);
  run.loss = lossAndGradient(run);
  if (!isFinite(run.loss)) return false;
  run.step += 1;
  parallelFor(run, (run.stride + DEPTH - 1) / DEPTH, updateColumns);
  return true;
}

/** `order`: the distinct inputs of the batch, then the other tokens, ascending. */
function orderTokens(run: Run): void {
  let next = run.distinctCount;
  for (let token: u32 = 0; token < run.vocabSize; token++) {
    const slot = load<u32>(word(run.slots, token));
    const place = slot ? slot - 1 : next++;
    store<u32>(word(run.order, place), token);
    store<u32>(word(run.places, token), place);
  }
}

/** Scratch of a thread: a block of columns of E in `order`, their gradient, panels. */
@inline
function columnsOf(run: Run, thread: u32): usize {
  return run.scratch + <usize>thread * run.scratchBytes;
}

/** out ← columns d … d + depth of E, rows in `order`. */
function gatherColumns(run: Run, out: usize, d: u32, depth: u32): void {
  const rowBytes = words(run.stride);
  const bytes = words(depth);
  for (let place: usize = 0; place < words(run.vocabSize); place += 4) {
    copyRow(out, word(run.embedding + load<u32>(run.order + place) * rowBytes, d), bytes);
    out += run.columnBytes;
  }
}

/**
 * Partial base-2 logits from one slice of the columns: a row for each token in `order`, a column for each input; of the u×u
 * corner only the lower triangle.
 */
function columnLogits(run: Run, part: u32, thread: u32): void {
  const count = run.distinctCount;
  const width = blockWidth(count);
  const widthBytes = words(width);
  const columnBytes = <usize>run.columnBytes;
  const columns = columnsOf(run, thread);
  const panels = columns + 2 * run.vocabSize * columnBytes;
  const out = run.logits + part * run.vocabSize * widthBytes;
  const first = part * run.partBlocks * DEPTH;
  const end = min(run.stride, first + run.partBlocks * DEPTH);
  for (let d = first; d < end; d += DEPTH) {
    const depth = min(DEPTH, end - d);
    gatherColumns(run, columns, d, depth);
    packPanels(panels, columns, columnBytes, count, depth);
    let panel = panels;
    for (let j: u32 = 0; j < width; j += PANEL) {
      const inputs = min(PANEL, width - j);
      multiply(
        word(out + j * widthBytes, j), widthBytes, columns + j * columnBytes, columnBytes, 4,
        panel, words(inputs), run.vocabSize - j, inputs, depth, d > first, run.wide,
      );
      panel += words(depth * inputs);
    }
  }
}

/** Adds the parts in their order, and mirrors the u×u corner's lower triangle into its upper one. */
function completeLogits(run: Run): void {
  const count = run.distinctCount;
  const widthBytes = words(blockWidth(count));
  const bytes = run.vocabSize * widthBytes;
  for (let part: u32 = 1; part < run.parts; part++) addRow(run.logits, run.logits + part * bytes, bytes);
  for (let row: u32 = 0; row < count; row++) {
    const out = run.logits + row * widthBytes;
    let from = word(run.logits + (row + 1) * widthBytes, row);
    for (let j: usize = words(row + 1); j < words(count); j += 4) {
      store<f32>(out + j, load<f32>(from));
      from += widthBytes;
    }
  }
}

/** Logits → G, with G_ab + G_ba in the u×u corner. Returns the loss. */
function lossAndGradient(run: Run): f64 {
  const count = run.distinctCount;
  const width = blockWidth(count);
  const widthBytes = words(width);
  const pairs = f64(run.batchSize);
  const g = run.logits;

  const max = run.inputShift;
  const sum = run.segmentSum;
  for (let j: usize = 0; j < widthBytes; j += 4) store<f32>(max + j, -Infinity);
  memory.fill(sum, 0, widthBytes);
  columnMax(max, g, run.vocabSize, width);
  // Σ count·(target's logit − largest logit): no term is above 0, so no loss falls below 0. Two sums, so that one addition
  // need not wait for the other
  const end = words(run.entryCount);
  const perPair = f32(1.0 / pairs);
  const counts = run.counted ? run.entryCounts : 0;
  const cells = run.entryNext;
  const slots = run.entrySlots;
  const targets = run.entryTargets;
  const places = run.places;
  let even: f64 = 0;
  let odd: f64 = 0;
  for (let e: usize = 0; e < end; e += 8) {
    even += aboveLargest(e, g, widthBytes, max, slots, targets, places, cells, counts);
    if (e + 4 < end) odd += aboveLargest(e + 4, g, widthBytes, max, slots, targets, places, cells, counts);
  }
  exponentiate(g, max, sum, run.vocabSize, width);

  let loss: f64 = 0;
  for (let j: usize = 0; j < words(count); j += 4) {
    const times = f64(load<u32>(run.counts + j));
    const total = f64(load<f32>(sum + j));
    loss += times * log(total);
    store<f32>(run.inputScale + j, f32(times / (pairs * total)));
  }
  loss = (loss - (even + odd) * LN2) / pairs;

  for (let row: usize = g; row < g + run.vocabSize * widthBytes; row += widthBytes)
    for (let j: usize = 0; j < widthBytes; j += 16)
      v128.store(row + j, f32x4.mul(v128.load(row + j), v128.load(run.inputScale + j)));
  for (let e: usize = 0; e < end; e += 4) {
    const at: usize = load<u32>(cells + e);
    const frequency = counts ? f32(f64(load<u32>(counts + e)) / pairs) : perPair;
    store<f32>(at, load<f32>(at) - frequency);
  }
  for (let a: u32 = 0; a < count; a++) {
    let across = g + a * widthBytes;
    let down = word(g, a);
    for (let b: u32 = 0; b <= a; b++) {
      const both = load<f32>(across) + load<f32>(down);
      store<f32>(across, both);
      store<f32>(down, both);
      across += 4;
      down += widthBytes;
    }
  }
  return loss;
}

/**
 * count·(logit − largest logit of its input) of the entry at byte offset `e`; counts = 0 (the pointer) stands for
 * counts of 1. Keeps the logit's address in `cells`. Fields of the run come as arguments: after a store they would be
 * loaded anew.
 */
@inline
function aboveLargest(
  e: usize, logits: usize, widthBytes: usize, max: usize, slots: usize, targets: usize, places: usize, cells: usize,
  counts: usize,
): f64 {
  const slot = words(load<u32>(slots + e));
  const place = load<u32>(word(places, load<u32>(targets + e)));
  const cell = logits + place * widthBytes + slot;
  store<u32>(cells + e, u32(cell));
  const above = f64(load<f32>(cell)) - f64(load<f32>(max + slot));
  return counts ? f64(load<u32>(counts + e)) * above : above;
}

/**
 * Gradient and update of one block of columns. The optimizer's state is stored in the order of this pass, block after block
 * of columns, and token after token within a block: reading pieces of rows that stand far apart is slow.
 */
function updateColumns(run: Run, block: u32, thread: u32): void {
  const count = run.distinctCount;
  const rest = run.vocabSize - count;
  const widthBytes = words(blockWidth(count));
  const rowBytes = words(run.stride);
  const columnBytes = <usize>run.columnBytes;
  const columns = columnsOf(run, thread);
  const g = run.logits;
  const d = block * DEPTH;
  const depth = min(DEPTH, run.stride - d);
  // with a single block, the columns gathered for the logits are still here
  if (run.stride > DEPTH) gatherColumns(run, columns, d, depth);
  const gradient = columns + run.vocabSize * columnBytes;
  multiply(
    gradient, columnBytes, g, 4, widthBytes, columns, columnBytes, count, depth, run.vocabSize, false, run.wide,
  );
  multiply(
    gradient + count * columnBytes, columnBytes, g + count * widthBytes, widthBytes, 4, columns, columnBytes,
    rest, depth, count, false, run.wide,
  );
  let weights = word(run.embedding, d);
  let state = words(d * run.vocabSize);
  // coupled Adam: one second moment a column, for all tokens
  const row2 = word(run.embeddingState2, d);
  if (run.squares) {
    // behind columns and gradient, where the panels were
    const squares = gradient + run.vocabSize * columnBytes;
    memory.fill(squares, 0, doubles(depth));
    for (let row = gradient; row < squares; row += columnBytes) addSquares(squares, row, words(depth));
    coupleMoments(run, row2, squares, run.vocabSize, depth);
  }
  for (let token: usize = 0; token < words(run.vocabSize); token += 4) {
    const row = gradient + <usize>load<u32>(run.places + token) * columnBytes;
    const state2 = run.squares ? row2 : at(run.embeddingState2, state);
    updateParameters(run, weights, at(run.embeddingState, state), state2, row, depth);
    weights += rowBytes;
    state += words(depth);
  }
}
