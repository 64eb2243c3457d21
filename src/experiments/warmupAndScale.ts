/** The largest learning rate that a run tolerates, by its warmup, its initial weights, its norm and its optimizer. */
import { type ClaimSpecification, minus, type Quantity, type SeedRuns, valuesOf } from "../analysis/claims.js";
import type { Runs } from "../analysis/series.js";
import { mean, meanInterval, standardDeviation } from "../analysis/statistics.js";
import { bestEnd, type End, toleratedRate } from "../analysis/toleratedRate.js";
import type { RunConfigInput } from "../config.js";
import { type Figure, figureOf, type Spec } from "../figures/figure.js";
import { heatMap } from "../figures/heatMap.js";
import { panel } from "../figures/panel.js";
import { exp, log } from "../math/elementary.js";
import { linearDecay, warmupStableDecay } from "../schedule/constructors.js";
import type { RunResult } from "../sweep/result.js";
import type { Condition, Experiment, Finding, Source } from "./experiment.js";

const name = "warmup-and-scale";

export const kalra: Source = {
  name: "Kalra and Barkeshli 2024",
  citation:
    "D. S. Kalra and M. Barkeshli, “Why Warmup the Learning Rate? Underlying Mechanisms and Improvements”, 2024 (arXiv 2406.09405)",
};

/** A final loss that is higher than the best one by this much, in nats, is spoiled. */
export const margin = 0.1;
const steps = 500;
/** From here on the rate falls linearly to 0, so that it is not the noise of the rate itself that is judged. */
const decayStart = 250;
const embeddingDim = 32;
const [short, long] = [50, 200];

type NormName = "none" | "layernorm" | "rmsnorm";
type OptimizerName = "Adam" | "Adam, β₂ 0.95" | "SGD";
const optimizers: Record<OptimizerName, NonNullable<RunConfigInput["optimizer"]>> = {
  Adam: { kind: "adam" },
  "Adam, β₂ 0.95": { kind: "adam", beta2: 0.95 },
  SGD: { kind: "sgd" },
};

/** Runs that share a norm and an optimizer: their rates reach from the best one to beyond what is tolerated. */
interface Group {
  norm: NormName;
  optimizer: OptimizerName;
  rates: number[];
  /** Initial standard deviations in D^−½. */
  scales: number[];
}

const adamRates = [0.02, 0.04, 0.16, 0.23, 0.32, 0.45, 0.64, 0.9, 1.28, 1.8];
const threeScales = [0.25, 1, 4];
const groups: Group[] = [
  { norm: "none", optimizer: "Adam", rates: adamRates, scales: threeScales },
  { norm: "layernorm", optimizer: "Adam", rates: adamRates, scales: threeScales },
  { norm: "none", optimizer: "Adam, β₂ 0.95", rates: adamRates, scales: [1] },
  { norm: "layernorm", optimizer: "Adam, β₂ 0.95", rates: adamRates, scales: [1] },
  { norm: "none", optimizer: "SGD", rates: [4, 5.7, 8, 9.5, 11.3, 13.5, 16, 19], scales: threeScales },
  { norm: "layernorm", optimizer: "SGD", rates: [1, 1.4, 2, 2.4, 2.8, 3.4, 4, 4.8], scales: threeScales },
  { norm: "rmsnorm", optimizer: "Adam", rates: [...adamRates, 2.56], scales: [1] },
  { norm: "rmsnorm", optimizer: "SGD", rates: [2, 2.8, 3.4, 4, 4.8, 5.7, 6.8, 8], scales: [1] },
];
const warmups = [0, 10, short, long];

const groupsOf = (quick: boolean): Group[] =>
  quick
    ? groups
        .filter(({ norm, optimizer }) => norm === "none" && optimizer !== "Adam, β₂ 0.95")
        .map((group) => ({ ...group, scales: [1, 4], rates: group.rates.filter((_, i) => i % 2 === 1) }))
    : groups;
const warmupsOf = (quick: boolean): number[] => (quick ? [0, short, long] : warmups);

const groupName = ({ norm, optimizer }: Group): string =>
  `${norm === "none" ? "no norm" : norm}, ${optimizer}`;
const scaleName = (scale: number): string => `init ×${scale}`;
const labelOf = (group: Group, scale: number, warmup: number, rate: number): string =>
  `${groupName(group)}, ${scaleName(scale)}, warmup ${warmup}, lr ${rate}`;

const scheduleOf = (rate: number, warmup: number) =>
  warmup === 0
    ? linearDecay(rate, 0, decayStart, steps)
    : warmupStableDecay(rate, warmup, decayStart, steps);

const conditionOf = (group: Group, scale: number, warmup: number, rate: number): Condition => ({
  label: labelOf(group, scale, warmup, rate),
  drawing: "each seed",
  config: {
    vocabSize: 100,
    embeddingDim,
    targets: { kind: "low-rank", rank: 8, scale: 1 },
    tied: false,
    norm: group.norm,
    init: { kind: "normal", std: scale / Math.sqrt(embeddingDim) },
    optimizer: optimizers[group.optimizer],
    learningRate: scheduleOf(rate, warmup),
    batchSize: 128,
    steps,
    evaluateEvery: steps,
    evaluation: { kind: "exact" },
    spectrum: false,
  },
});

export const warmupAndScale: Experiment = {
  name,
  part: "beyond",
  title: "Warmup and the largest rate",
  summary: "",
  source: kalra,
  seeds: 3,
  sampledOver: "initialisations, draws and drawings of the data",
  conditions: (quick) =>
    groupsOf(quick).flatMap((group) =>
      group.scales.flatMap((scale) =>
        warmupsOf(quick).flatMap((warmup) =>
          group.rates.map((rate) => conditionOf(group, scale, warmup, rate)),
        ),
      ),
    ),
  claims: () => [],
  figures: () => [],
};
