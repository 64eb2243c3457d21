/** The runs on real text: their settings, and what is read of them. */
import { at, minus, ofRun, over, type Quantity } from "../../analysis/claims.js";
import { crossingStep } from "../../analysis/crossing.js";
import { warmup as warmupTo } from "../../schedule/constructors.js";
import type { ScheduleInput } from "../../schedule/schedule.js";
import type { Condition } from "../experiment.js";
import { brown, heldOut, kjv } from "./corpora.js";
import { type Arm, armCondition, armLabel, type Rates } from "./warmupArms.js";

/** Steps, and those between two evaluations, each of which takes as long as 50 steps. */
export const totalSteps = 400;
export const every = 50;

/** Where the post sees language models pause, in nats. */
export const pause = 7.5;

const warmRate = "lr 0.03, warmup 200";
const rates: Record<string, ScheduleInput> = {
  "lr 0.01": 0.01,
  "lr 0.03": 0.03,
  [warmRate]: warmupTo(0.03, 200),
};
export const batches = [128, 1024];
export const labelsOf = (batchSize: number) => ({
  low: `lr 0.01, B ${batchSize}`,
  high: `lr 0.03, B ${batchSize}`,
  warm: `${warmRate}, B ${batchSize}`,
});

/** As where the lag was largest at small vocabularies, in fewer steps. */
export const held: Rates = { peak: 0.3, hold: 150, low: 0.01, warmup: 60 };
export const arms: readonly Arm[] = ["no warmup", "warmup", "rescaled", "never high"];
const setting = `layernorm, peak ${held.peak}`;
export const labelOf = (arm: Arm): string => armLabel(setting, arm);

const model: Condition["config"] = {
  vocabSize: 50304,
  embeddingDim: 32,
  tied: false,
  distribution: { kind: "corpus", digest: brown.digest, heldOut },
  batchSize: 128,
  steps: totalSteps,
  evaluateEvery: every,
  evaluation: { kind: "stratified", exactInputs: 256, sampledInputs: 256 },
  spectrum: false,
};

/** The second text, at the lower rate. */
export const kjvLabel = `lr 0.01, ${kjv.title}`;

/** None in the quick profile: a step of this vocabulary takes 30 ms. */
export const conditionsOf = (quick: boolean): Condition[] =>
  quick
    ? []
    : [
        ...batches.flatMap((batchSize) =>
          Object.entries(rates).map(
            ([rate, learningRate]): Condition => ({
              label: `${rate}, B ${batchSize}`,
              config: { ...model, norm: "none", batchSize, learningRate },
              // a run takes over a minute
              ...(batchSize > 128 ? { seeds: 1 } : {}),
            }),
          ),
        ),
        {
          label: kjvLabel,
          config: {
            ...model,
            norm: "none",
            distribution: { kind: "corpus", digest: kjv.digest, heldOut },
            learningRate: 0.01,
          },
        },
        ...arms.map((arm) => armCondition(setting, arm, held, { config: { ...model, norm: "layernorm" } })),
      ];

export const heldOutLoss = (label: string, step: number): Quantity => at(label, "heldOutLoss", step);

/** The step at which the loss of unseen pairs falls below a level. */
export const passing = (label: string, level: number): Quantity =>
  ofRun(label, ({ records }) =>
    crossingStep(records, ({ heldOutLoss: loss }) => (typeof loss === "number" ? loss - level : null)),
  );

/** H(b) − H(b|a) of unseen text, in nats: what the best of counting makes of the token before. */
export const information = (): number => {
  const { entropy, conditionalEntropy } = brown.statistics;
  return Number(entropy.heldOut) - Number(conditionalEntropy.heldOut);
};

export const constant = (x: number | null): Quantity => ({ of: () => x, stated: null });

/** What counting says of a text, where there is a run on it. */
export const counted = (digest: string, x: number): Quantity => ({
  of: (runs) =>
    [...runs.values()].some(
      ({ config: { distribution } }) => distribution.kind === "corpus" && distribution.digest === digest,
    )
      ? x
      : null,
  stated: null,
});

/** By how much an arm is behind another at a step, as a part of that information; of unseen pairs, in the same seed. */
export const behind = (arm: Arm, other: Arm, step: number): Quantity =>
  over(minus(heldOutLoss(labelOf(arm), step), heldOutLoss(labelOf(other), step)), constant(information()));
