/** What shaders draw tokens by, of every source that members have. */
import type { RunConfig } from "../../config.js";
import { aliasTable } from "../../data/sampling.js";
import type { TokenSource } from "../../data/source.js";
import { TABLES, TOPICS } from "../../kernel/constants.js";
import { targetKindOf } from "../targetKind.js";

/** Writes an array of the store `tables`, from an element on. */
export type WriteTable = (
  field: "aliasTable" | "targetTables" | "probabilities" | "conditional",
  data: Uint32Array | Float32Array,
  at: number,
) => void;

/** @param number place of the source among those that differ */
export function writeTables(config: RunConfig, source: TokenSource, number: number, write: WriteTable): void {
  const { vocabSize: V, targets, gradient } = config;
  const { probabilities } = source;
  write("probabilities", Float32Array.from(probabilities), number * V);
  write("aliasTable", entriesOf(probabilities), number * V);
  const kind = targetKindOf(config);
  if (kind === TOPICS && targets?.kind === "topics") {
    const { count, strength } = targets;
    const masses = new Float64Array(count);
    for (let i = 0; i < V; i++) masses[i % count] += probabilities[i];
    let start = 0;
    for (let topic = 0; topic < count; topic++) {
      const size = Math.ceil((V - topic) / count);
      const own = Float64Array.from({ length: size }, (_, j) =>
        masses[topic] > 0 ? probabilities[topic + count * j] / masses[topic] : 1 / size,
      );
      write("targetTables", entriesOf(own), number * V + start);
      start += size;
    }
    write(
      "conditional",
      Float32Array.from(masses, (mass) => (mass > 0 ? strength / mass : 0)),
      number * count,
    );
  }
  if (kind === TABLES) {
    const conditional = new Float32Array(V * V);
    for (let a = 0; a < V; a++) {
      const row = source.targets(a);
      if (!source.pairs && gradient !== "exact") write("targetTables", entriesOf(row), V * (number * V + a));
      for (let b = 0; b < V; b++) conditional[V * b + a] = row[b];
    }
    write("conditional", conditional, number * V * V);
  }
}

/** Thresholds and aliases of these probabilities, side by side. */
function entriesOf(probabilities: Float64Array): Uint32Array {
  const { thresholds, aliases } = aliasTable(probabilities);
  const table = new Uint32Array(2 * thresholds.length);
  for (let i = 0; i < thresholds.length; i++) table.set([thresholds[i], aliases[i]], 2 * i);
  return table;
}
