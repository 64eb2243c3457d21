/**
 * Our means against the same setup in PyTorch over 8 seeds (test/vectors/pytorch-8-seeds.json: mean, standard deviation
 * over seeds and their number): within 3 standard errors of the difference.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { twoPointExponent } from "../../src/analysis/lossExponent.js";
import { valueAt } from "../../src/analysis/series.js";
import { mean, standardDeviation } from "../../src/analysis/statistics.js";
import { configHash, parseConfig } from "../../src/config.js";
import { experiments } from "../../src/experiments/index.js";
import { type RunResult, runPool } from "../../src/sweep/index.js";
import pytorch from "../vectors/pytorch-8-seeds.json";

type Row = [mean: number, standardDeviation: number, seeds: number];
const rows = pytorch as unknown as Record<string, Record<string, Row>>;

const configOf = (experiment: string, label: string) => {
  const conditions = experiments.find(({ name }) => name === experiment)?.conditions(false) ?? [];
  const condition = conditions.find((candidate) => candidate.label === label);
  if (!condition) throw new Error(`${experiment} has no condition ${label}`);
  return condition.config;
};

/** PyTorch's row, our condition, and what its columns are called there. */
const cases: [string, string, string][] = [
  ["collapse lr0.001", "representation-collapse", "lr 0.001"],
  ["collapse lr0.01", "representation-collapse", "lr 0.01"],
  ["collapse lr0.1", "representation-collapse", "lr 0.1"],
  ["collapse lr0.001to0.01", "representation-collapse", "lr 0.001 → 0.01 at 1500"],
  ["scaling V=100 alpha=0.5", "scaling-law", "V 100, α 0.5"],
  ["scaling V=100 alpha=1.0", "scaling-law", "V 100, α 1"],
  ["scaling V=100 alpha=2.0", "scaling-law", "V 100, α 2"],
  ["scaling V=100 alpha=4.0", "scaling-law", "V 100, α 4"],
  ["decay D=1 constant", "learning-rate-decay", "D 1, constant"],
  ["decay D=1 decayed", "learning-rate-decay", "D 1, decayed"],
  ["decay D=10 constant", "learning-rate-decay", "D 10, constant"],
  ["decay D=10 decayed", "learning-rate-decay", "D 10, decayed"],
  ["decay D=100 constant", "learning-rate-decay", "D 100, constant"],
  ["decay D=100 decayed", "learning-rate-decay", "D 100, decayed"],
  ["1d tied=True", "embedding-1d", "tied"],
  ["1d tied=False", "embedding-1d", "untied"],
];

/** Columns of a row and how to read each off a run. */
function columns(name: string): [string, Row, (run: RunResult) => number | null][] {
  if (name.startsWith("decay")) {
    const kind = name.split(" ")[2];
    const row = rows[name.split(" ").slice(0, 2).join(" ")];
    return [
      ["loss at 3000", row[`${kind}@3000`], (run) => valueAt(run, "loss", 3000)],
      ["loss at 2000", row.at2000, (run) => valueAt(run, "loss", 2000)],
    ];
  }
  return Object.entries(rows[name]).map(([column, row]) => {
    if (column === "beta") return [column, row, (run) => twoPointExponent(run, 300, 2900)];
    const [quantity, step] = column.split("@");
    const field = quantity === "neff" ? "effectiveDimension" : "excessLoss";
    return [column, row, (run) => valueAt(run, field, Number(step))];
  });
}

const seeds = 8;
const finished = new Map<string, RunResult>();
const configs = (experiment: string, label: string) =>
  Array.from({ length: seeds }, (_, seed) => parseConfig({ ...configOf(experiment, label), seed }));

beforeAll(async () => {
  const all = cases.flatMap(([, experiment, label]) => configs(experiment, label));
  for await (const result of runPool(all)) finished.set(result.run, result);
}, 300_000);

describe.each(cases)("%s", (name, experiment, label) => {
  test.each(columns(name))("%s", (_, [expected, spread, count], read) => {
    const runs = configs(experiment, label).map((config) => finished.get(configHash(config)) as RunResult);
    const values = runs.map((run) => read(run) as number);
    const standardError = Math.sqrt(spread ** 2 / count + standardDeviation(values) ** 2 / seeds);
    expect(Math.abs(mean(values) - expected) / standardError).toBeLessThan(3);
  });
});
