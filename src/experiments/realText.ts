import { warmup as warmupTo } from "../schedule/constructors.js";
import type { ScheduleInput } from "../schedule/schedule.js";
import { brown, heldOut, kjv } from "./corpora.js";
import type { Condition, Experiment } from "./experiment.js";
import { type Arm, armCondition, type Rates } from "./warmupArms.js";

const name = "real-text";
const vocabSize = 50304;
const totalSteps = 400;

const rates: Record<string, ScheduleInput> = {
  "lr 0.01": 0.01,
  "lr 0.03": 0.03,
  "lr 0.03, warmup 200": warmupTo(0.03, 200),
};
const batches = [128, 1024];
const rateLabel = (rate: string, batchSize: number): string => `${rate}, B ${batchSize}`;

/** As in the experiment that shows the lag, within fewer steps, and with the peak at which it was largest there. */
const held: Rates = { peak: 0.3, hold: 150, low: 0.01, warmup: 60 };
const arms: Arm[] = ["no warmup", "warmup", "rescaled", "never high"];
const setting = `layernorm, peak ${held.peak}`;

const model: Condition["config"] = {
  vocabSize,
  embeddingDim: 32,
  tied: false,
  distribution: { kind: "corpus", digest: brown.digest, heldOut },
  batchSize: 128,
  steps: totalSteps,
  evaluateEvery: 50,
  evaluation: { kind: "stratified", exactInputs: 256, sampledInputs: 256 },
  spectrum: false,
};

export const realText: Experiment = {
  name,
  part: "beyond",
  title: "Real text",
  summary: "",
  source: null,
  seeds: 3,
  sampledOver: "initialisations and draws",
  corpora: [kjv, brown],
  conditions(quick) {
    // a step at V = 50304 takes 30 ms
    if (quick) return [];
    const plain = { ...model, norm: "none" as const };
    return [
      ...batches.flatMap((batchSize) =>
        Object.entries(rates).map(
          ([rate, learningRate]): Condition => ({
            label: rateLabel(rate, batchSize),
            config: { ...plain, batchSize, learningRate },
            // a run takes over a minute
            ...(batchSize > 128 ? { seeds: 1 } : {}),
          }),
        ),
      ),
      ...arms.map((arm) => armCondition(setting, arm, held, { config: { ...model, norm: "layernorm" } })),
    ];
  },
  claims: () => [],
  figures: () => [],
};
