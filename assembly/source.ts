/**
 * Token sources (src/data/) in the kernel: drawing pairs, and P(b|a) in expected losses and exact gradients. A new kind of
 * targets has its lines here.
 */
import { TABLES, TOPICS } from "../src/kernel/constants";
import { addExpected } from "./logits";
import { double, doubles, word, words } from "./memory";
import { randomBits } from "./random";
import { Run } from "./run";
import { drawToken, drawTokens } from "./sampler";

/** Word COINS + i of a stream decides whether target i is of its input's topic. */
const COINS: u64 = 1 << 40;

/** Pairs first … first + count of a stream: inputs from the even words, targets from the odd ones. */
export function drawPairs(run: Run, inputs: usize, targets: usize, count: u32, key: u64, first: u64): void {
  drawTokens(inputs, count, run.aliasTable, run.vocabSize, key, first << 1, 2);
  if (run.targetKind == TOPICS) drawOfTopics(run, inputs, targets, count, key, first);
  else if (run.targetKind == TABLES) drawOfTables(run, inputs, targets, count, key, first);
  else drawTokens(targets, count, run.aliasTable, run.vocabSize, key, (first << 1) + 1, 2);
}

function drawOfTopics(run: Run, inputs: usize, targets: usize, count: u32, key: u64, first: u64): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = words(i);
    const pair = first + u64(i);
    const bits = randomBits(key, (pair << 1) + 1);
    let target: u32;
    if (f64(randomBits(key, COINS + pair) >> 32) < run.topicThreshold) {
      const topic = load<u32>(inputs + at) % run.topicCount;
      const part = double(run.topicStarts, topic);
      const table = double(run.targetTables, load<u32>(part));
      target = topic + run.topicCount * drawToken(table, load<u32>(part, 4), bits);
    } else target = drawToken(run.aliasTable, run.vocabSize, bits);
    store<u32>(targets + at, target);
  }
}

function drawOfTables(run: Run, inputs: usize, targets: usize, count: u32, key: u64, first: u64): void {
  const tableBytes = doubles(run.vocabSize);
  for (let i: u32 = 0; i < count; i++) {
    const at = words(i);
    const table = run.targetTables + load<u32>(inputs + at) * tableBytes;
    store<u32>(targets + at, drawToken(table, run.vocabSize, randomBits(key, ((first + u64(i)) << 1) + 1)));
  }
}

/**
 * expected[j] (f64) += Σ_b P(b|input j) logits[b][j] for `rows` rows of logits, from token `row` on. Targets of
 * probability 0 are left out, even where their logit is infinite.
 */
export function addExpectedLogits(
  run: Run, expected: usize, logits: usize, row: u32, rows: u32, width: u32, inputs: usize, count: u32,
): void {
  if (run.targetKind == TABLES) return addExpectedOfTables(run, expected, logits, row, rows, width, inputs, count);
  if (run.targetKind != TOPICS)
    return addExpected(expected, logits, double(run.probabilities, row), rows, width);
  addExpected(expected, logits, double(run.commonWeights, row), rows, width);
  const widthBytes = words(width);
  for (let j: usize = 0; j < <usize>count; j++) {
    const at = expected + (j << 3);
    let sum = load<f64>(at);
    for (let r = firstOfTopic(run, load<u32>(inputs + (j << 2)), row); r < rows; r += run.topicCount) {
      const weight = load<f64>(double(run.topicWeights, row + r));
      if (weight != 0) sum += weight * f64(load<f32>(logits + r * widthBytes + (j << 2)));
    }
    store<f64>(at, sum);
  }
}

function addExpectedOfTables(
  run: Run, expected: usize, logits: usize, row: u32, rows: u32, width: u32, inputs: usize, count: u32,
): void {
  const rowBytes = words(run.vocabSize);
  let table = run.targetProbabilities + row * rowBytes;
  for (let r: u32 = 0; r < rows; r++) {
    for (let j: usize = 0; j < words(count); j += 4) {
      const weight = f64(load<f32>(word(table, load<u32>(inputs + j))));
      const at = expected + (j << 1);
      if (weight != 0) store<f64>(at, load<f64>(at) + weight * f64(load<f32>(logits + j)));
    }
    table += rowBytes;
    logits += words(width);
  }
}

/** Σ_b P(b|input) as stored: 1 up to rounding. */
export function sumOfTargets(run: Run, input: u32): f64 {
  return run.targetKind == TABLES ? load<f64>(double(run.targetSums, input)) : run.probabilitySum;
}

/** How far after `row` the first token of the input's topic comes. */
@inline
function firstOfTopic(run: Run, input: u32, row: u32): u32 {
  const topic = input % run.topicCount;
  const here = row % run.topicCount;
  return topic >= here ? topic - here : topic + run.topicCount - here;
}

/** G (rows × width) ← G − p_a P(b|a) for the tokens b from `row` on and the inputs a = first … first + count. */
export function subtractTargets(
  run: Run, g: usize, row: u32, rows: u32, width: u32, first: u32, count: u32,
): void {
  const kind = run.targetKind;
  const inputs = double(run.probabilities, first);
  const widthBytes = words(width);
  for (let r: u32 = 0; r < rows; r++) {
    const token = row + r;
    const table = word(run.targetProbabilities, token * run.vocabSize + first);
    const weight = load<f64>(double(kind == TOPICS ? run.commonWeights : run.probabilities, token));
    const out = g + r * widthBytes;
    for (let j: usize = 0; j < <usize>count; j++) {
      const at = out + (j << 2);
      const P = kind == TABLES ? f64(load<f32>(table + (j << 2))) : weight;
      store<f32>(at, load<f32>(at) - f32(load<f64>(inputs + (j << 3)) * P));
    }
    if (kind != TOPICS) continue;
    const within = load<f64>(double(run.topicWeights, token));
    for (let j = firstOfTopic(run, token, first); j < count; j += run.topicCount) {
      const at = word(out, j);
      store<f32>(at, load<f32>(at) - f32(load<f64>(double(inputs, j)) * within));
    }
  }
}
