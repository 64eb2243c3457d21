import { warmup as warmupTo } from "../schedule/constructors.js";
import type { ScheduleInput } from "../schedule/schedule.js";
import { brown, heldOut, kjv } from "./corpora.js";
import type { Condition, Experiment } from "./experiment.js";

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

const model = (digest: string): Condition["config"] => ({
  vocabSize,
  embeddingDim: 32,
  tied: false,
  distribution: { kind: "corpus", digest, heldOut },
  batchSize: 128,
  steps: totalSteps,
  evaluateEvery: 50,
  evaluation: { kind: "stratified", exactInputs: 256, sampledInputs: 256 },
  spectrum: false,
});

export const realText: Experiment = {
  name,
  part: "beyond",
  title: "Real text",
  summary: "",
  source: null,
  seeds: 3,
  sampledOver: "initialisations and draws",
  corpora: [kjv, brown],
  conditions: (quick) =>
    quick
      ? []
      : batches.flatMap((batchSize) =>
          Object.entries(rates).map(
            ([rate, learningRate]): Condition => ({
              label: rateLabel(rate, batchSize),
              config: { ...model(brown.digest), norm: "none", batchSize, learningRate },
              // a run takes over a minute
              ...(batchSize > 128 ? { seeds: 1 } : {}),
            }),
          ),
        ),
  claims: () => [],
  figures: () => [],
};
