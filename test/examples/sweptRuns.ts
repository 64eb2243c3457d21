/** What an exported table of runs says, counted here, for comparison with what the examples make of it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Project } from "./project.js";

function grouped<T, K>(items: T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

export interface Row {
  run: string;
  step: number;
  vocabSize: number;
  "config.learningRate": string | number;
  excessLoss: number | null;
  diverged: boolean;
  [column: string]: string | number | boolean | null;
}

/** Rows of the sweep in `results`, an evaluation each, and those by run. */
export async function rowsOf({ dir, run }: Project): Promise<Map<string, Row[]>> {
  await run("unigram-lab", ["export", "results", "--out", "check.ndjson"]);
  const lines = (await readFile(join(dir, "check.ndjson"), "utf8")).trim().split("\n");
  return grouped(
    lines.map((line) => JSON.parse(line) as Row),
    ({ run: name }) => name,
  );
}

/** Runs of which all seeds diverge, beside those that are there. */
export const addDiverging = ({ run }: Project) =>
  run("unigram-lab", [
    ...["sweep", "--add", "--vary", "learningRate=1e30", "--vary", "vocabSize=50"],
    ...["--steps", "1000", "--seeds", "3", "--out", "results"],
  ]);

export interface OverSeeds {
  vocabSize: number;
  rate: number;
  /** Of the excess loss at the end; null when no seed has one. */
  mean: number | null;
  sd: number | null;
  seeds: number;
  diverged: number;
  /** Median of the first steps with an excess loss below 0.1 nats, and of how many seeds. */
  close: number | null;
  closeSeeds: number;
}

/** By vocabulary and rate. */
export function overSeeds(rows: Map<string, Row[]>): OverSeeds[] {
  const groups = grouped([...rows.values()], ([{ vocabSize, "config.learningRate": rate }]) =>
    [vocabSize, Number(rate)].join(),
  );
  const made = [...groups].map(([key, runs]) => {
    const [vocabSize, rate] = key.split(",").map(Number);
    const ends = runs.map((own) => own.at(-1) as Row);
    const losses = ends.flatMap(({ excessLoss }) => excessLoss ?? []);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const sd = Math.sqrt(
      losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / Math.max(1, losses.length - 1),
    );
    const steps = runs
      .flatMap((own) => own.find(({ excessLoss }) => excessLoss !== null && excessLoss < 0.1)?.step ?? [])
      .sort((a, b) => a - b);
    return {
      ...{ vocabSize, rate, seeds: losses.length },
      ...(losses.length > 0 ? { mean, sd } : { mean: null, sd: null }),
      diverged: ends.filter(({ diverged }) => diverged).length,
      close:
        steps.length === 0
          ? null
          : (steps[(steps.length - 1) >> 1] + steps[Math.floor(steps.length / 2)]) / 2,
      closeSeeds: steps.length,
    };
  });
  return made.sort((a, b) => a.vocabSize - b.vocabSize || a.rate - b.rate);
}

/** The rate with the least mean of each vocabulary. */
export const bestRates = (all: OverSeeds[]): number[][] =>
  [...grouped(all, ({ vocabSize }) => vocabSize)].map(([vocabSize, own]) => {
    const best = own
      .filter(({ mean }) => mean !== null)
      .reduce((a, b) => ((b.mean as number) < (a.mean as number) ? b : a));
    return [vocabSize, best.rate];
  });
