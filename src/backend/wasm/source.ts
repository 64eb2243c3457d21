/** A token source in the kernel's memory (assembly/source.ts): its kind, the sizes of its tables, and their contents. */
import type { RunConfig } from "../../config.js";
import type { TokenSource } from "../../data/source.js";
import { TABLES, TOPICS } from "../../kernel/constants.js";
import { targetKindOf } from "../targetKind.js";
import type { KernelExports } from "./kernel.js";

/** Fields of a run that say where its source's tables are. */
export type SourceField =
  | "topicStarts"
  | "targetTables"
  | "commonWeights"
  | "topicWeights"
  | "targetProbabilities"
  | "targetSums";

export const topicCountOf = ({ targets }: RunConfig): number =>
  targets?.kind === "topics" ? targets.count : 0;

/** Bytes of each table; 0 where there is none. */
export function sourceBytes(config: RunConfig): Record<SourceField, number> {
  const { vocabSize: V, distribution } = config;
  const kind = targetKindOf(config);
  const [topics, tables] = [kind === TOPICS ? 1 : 0, kind === TABLES ? 1 : 0];
  const drawn = distribution.kind === "corpus" ? 0 : 1;
  return {
    topicStarts: topics * 8 * topicCountOf(config),
    targetTables: drawn * (topics * 8 * V + tables * 8 * V * V),
    commonWeights: topics * 8 * V,
    topicWeights: topics * 8 * V,
    targetProbabilities: tables * 4 * V * V,
    targetSums: tables * 8 * V,
  };
}

/** Where a source is written: its tables, and scratch of 8 V and of 12 V bytes. */
interface Place extends Record<SourceField, number> {
  probabilities: number;
  aliasTable: number;
  meanPrediction: number;
  logits: number;
}

/** Writes probabilities and tables; returns the f64 fields of the run that belong to them. */
export function writeSource(
  config: RunConfig,
  source: TokenSource,
  kernel: KernelExports,
  buffer: ArrayBufferLike,
  place: Place,
): { probabilitySum: number; topicThreshold: number } {
  const { vocabSize: V, targets } = config;
  const { probabilities } = source;
  new Float64Array(buffer, place.probabilities, V).set(probabilities);
  kernel.buildAliasTable(place.aliasTable, place.probabilities, V, place.logits);
  const kind = targetKindOf(config);
  if (kind === TABLES) writeTables(source, V, kernel, buffer, place);
  const strength = kind === TOPICS && targets?.kind === "topics" ? targets.strength : 0;
  if (strength > 0) writeTopics(probabilities, topicCountOf(config), strength, kernel, buffer, place);
  return {
    probabilitySum: probabilities.reduce((sum, p) => sum + p, 0),
    topicThreshold: strength * 2 ** 32,
  };
}

function writeTopics(
  probabilities: Float64Array,
  count: number,
  strength: number,
  kernel: KernelExports,
  buffer: ArrayBufferLike,
  place: Place,
): void {
  const V = probabilities.length;
  const starts = new Uint32Array(buffer, place.topicStarts, 2 * count);
  const common = new Float64Array(buffer, place.commonWeights, V);
  const within = new Float64Array(buffer, place.topicWeights, V);
  const masses = new Float64Array(count);
  for (let i = 0; i < V; i++) masses[i % count] += probabilities[i];
  let start = 0;
  for (let topic = 0; topic < count; topic++) {
    const size = Math.ceil((V - topic) / count);
    starts[2 * topic] = start;
    starts[2 * topic + 1] = size;
    // P(token|topic), only as input of the alias table
    for (let j = 0; j < size; j++)
      within[j] = masses[topic] > 0 ? probabilities[topic + count * j] / masses[topic] : 1 / size;
    kernel.buildAliasTable(place.targetTables + 8 * start, place.topicWeights, size, place.logits);
    start += size;
  }
  for (let i = 0; i < V; i++) {
    const mass = masses[i % count];
    common[i] = (1 - strength) * probabilities[i];
    within[i] = mass > 0 ? (strength * probabilities[i]) / mass : 0;
  }
}

function writeTables(
  source: TokenSource,
  V: number,
  kernel: KernelExports,
  buffer: ArrayBufferLike,
  place: Place,
): void {
  const table = new Float32Array(buffer, place.targetProbabilities, V * V);
  const sums = new Float64Array(buffer, place.targetSums, V);
  // in the memory of the mean prediction, which is not in use yet
  const row = new Float64Array(buffer, place.meanPrediction, V);
  for (let a = 0; a < V; a++) {
    row.set(source.targets(a));
    // pairs of a corpus are not drawn by the kernel
    if (!source.pairs)
      kernel.buildAliasTable(place.targetTables + 8 * V * a, place.meanPrediction, V, place.logits);
    let sum = 0;
    for (let b = 0; b < V; b++) {
      table[V * b + a] = row[b];
      sum += table[V * b + a];
    }
    sums[a] = sum;
  }
}
