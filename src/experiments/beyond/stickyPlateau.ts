/** Whether a high rate without a warmup leaves a run at the unigram entropy, and where it keeps the memory of it. */
import { at, type ClaimSpecification, type Quantity } from "../../analysis/claims.js";
import { lastStep, type Runs } from "../../analysis/series.js";
import { afterwards, type Experiment, type Finding } from "../experiment.js";
import { post } from "../post/post.js";
import { told } from "../told.js";
import { type LagClaim, lags, lagsNot, margin, origin } from "./lagClaims.js";
import { comparisons } from "./stickyPlateauElsewhere.js";
import { figures } from "./stickyPlateauFigures.js";
import {
  conditionsOf,
  type Design,
  designOf,
  highest,
  hold,
  isHigh,
  isMain,
  labelOf,
  nameOf,
  type Setting,
  type Variation,
  warmupSteps,
} from "./stickyPlateauRuns.js";
import { type Arm, inInformation, type Learnt, lag } from "./warmupArms.js";

/** A quarter of the warmup, the first evaluation there is. */
const early = 50;
/** 1500 steps after the rate dropped, three times as many as it was high. */
const later = 2000;
const tenth = { margin: 0.1, origin: "a tenth of what there is to learn of the input" };
const half = { bound: 0.5, origin: "half of what there is to learn of the input" };

/** Where a lag is read: later, and at the end. */
const stepsOf = (end: number): number[] => [...new Set([later, end])];

/** By which part of the information an arm is behind another one. */
const behind = (setting: Setting, step: number, arm: Arm = "no warmup", against: Arm = "warmup") => ({
  quantity:
    arm === "no warmup" && against === "warmup"
      ? `lag at step ${step}, ${nameOf(setting)}`
      : `lag at step ${step} of ${arm} behind ${against}, ${nameOf(setting)}`,
  value: lag(labelOf(setting, arm), labelOf(setting, against), step),
});

const names = {
  unigramExcess: "(L − H)/I",
  capturedInformation: "captured information over I",
  inputDependence: "input dependence J over I",
};
const learnt = (setting: Setting, arm: Arm, of: Exclude<Learnt, "marginalError">) => ({
  quantity: `${names[of]} at step ${later}, ${nameOf(setting)}, ${arm}`,
  value: inInformation(labelOf(setting, arm), of, later),
});

/** The settings in which a run without a warmup comes to stand at the unigram entropy. */
const stands = ({ setting: { vocabSize, exponent, peak } }: Design): boolean =>
  exponent === 0.5 && (peak === highest || (peak === 0.1 && vocabSize === 1000));

/** What is expected where something is otherwise: a lag as with a layernorm, or none. */
const expectedOf = (variation: Variation): LagClaim =>
  variation === "rmsnorm" || variation === "β₂ 0.95" ? lags : lagsNot;
const variedClaims: Record<Variation, string> = {
  rmsnorm: "an rmsnorm leaves a lag as a layernorm does",
  "no norm": "without a norm it makes no difference whether a high rate is warmed up to",
  tied: "with tied weights there is no lag",
  "weight decay 0.1": "weight decay removes the lag",
  "β₂ 0.95": "a shorter memory of the second moment does not remove the lag",
  "B 1024": "with large batches there is no lag",
};

function claims(_: Runs, quick: boolean): ClaimSpecification[] {
  const designs = designOf(quick);
  const main = designs.filter(isMain);
  const high = main.filter(isHigh);
  const withArm = (arm: Arm) => high.filter(({ arms }) => arms.includes(arm));
  return [
    ...main
      .filter(({ setting: { vocabSize } }) => vocabSize === 300)
      .map(
        ({ setting }): ClaimSpecification => ({
          claim: "without a warmup the loss falls faster at first",
          quantity: `excess loss at step ${early}, warmup minus no warmup, ${nameOf(setting)}`,
          whose: post.name,
          rule: "order",
          smaller: at(labelOf(setting, "no warmup"), "excessLoss", early),
          larger: at(labelOf(setting, "warmup"), "excessLoss", early),
        }),
      ),
    ...high.map(({ setting }) =>
      lags({
        ...behind(setting, later),
        claim: "long after a high rate a run without a warmup is behind one with it",
        whose: post.name,
      }),
    ),
    ...high
      .filter(({ steps }) => steps > later)
      .map(({ setting, steps }) =>
        lags({ ...behind(setting, steps), claim: "the lag of a run without a warmup lasts" }),
      ),
    ...main
      .filter((design) => !isHigh(design))
      .flatMap(({ setting, steps }) =>
        stepsOf(steps).map((step) =>
          lagsNot({ ...behind(setting, step), claim: "after a rate below 0.1 no lag lasts" }),
        ),
      ),
    ...main.filter(stands).flatMap(({ setting }): ClaimSpecification[] => [
      {
        ...learnt(setting, "no warmup", "unigramExcess"),
        claim: "without a warmup the loss stands at the unigram entropy",
        whose: post.name,
        rule: "equivalent",
        ...tenth,
      },
      {
        ...learnt(setting, "no warmup", "inputDependence"),
        claim:
          "what it stands at is a unigram solution and no floor of noise: predictions hardly depend on the input",
        rule: "below",
        ...half,
      },
      {
        ...learnt(setting, "warmup", "capturedInformation"),
        claim: "with a warmup it has left the unigram entropy by then",
        rule: "above",
        bound: tenth.margin,
        origin: tenth.origin,
      },
    ]),
    ...withArm("equal sum").map(({ setting }) =>
      lags({
        ...behind(setting, later, "equal sum"),
        claim:
          "a smaller sum of rates does not explain the lag: dropped earlier, a run without a warmup lags too",
      }),
    ),
    ...withArm("rescaled").flatMap(({ setting }): ClaimSpecification[] => [
      {
        ...behind(setting, later, "rescaled", "warmup"),
        claim: "smaller weights with the same function undo the lag",
        rule: "below",
        bound: margin,
        origin,
      },
      lagsNot({
        ...behind(setting, later, "rescaled", "never high"),
        claim: "rescaled, a run is where it would be had its rate never been high",
      }),
    ]),
    ...withArm("warmup, rescaled").flatMap(({ setting, steps }) =>
      stepsOf(steps).map((step) =>
        lagsNot({
          ...behind(setting, step, "rescaled", "warmup, rescaled"),
          whose: afterwards,
          claim: "what lasts is a memory of the weights' size: no lag does where both arms are rescaled",
        }),
      ),
    ),
    ...high.map(({ setting }) =>
      lags({
        ...behind(setting, later, "warmup", "never high"),
        whose: afterwards,
        claim: "a warmup does not undo a high rate: the run is behind one that was never high",
      }),
    ),
    ...designs.flatMap(({ setting }) =>
      setting.variation
        ? [
            expectedOf(setting.variation)({
              ...behind(setting, later),
              claim: variedClaims[setting.variation],
            }),
          ]
        : [],
    ),
  ];
}

/** A sentence of numbers, unless one of them is missing. */
function sentenceOf(
  quantities: readonly { quantity: string; value: Quantity }[],
  runs: Runs,
  sentence: (numbers: string[]) => string,
): Finding[] {
  const numbers = quantities.map(({ value }) => told(value, runs));
  if (!numbers.every((it) => it !== null)) return [];
  return [{ sentence: sentence(numbers), restsOn: quantities.map(({ quantity }) => quantity) }];
}

function findings(runs: Runs): Finding[] {
  const end = lastStep(runs);
  const large: Setting = { vocabSize: 1000, exponent: 0.5, peak: 0.1 };
  const small: Setting = { vocabSize: 300, exponent: 0.5, peak: highest };
  const varied = (variation: Variation) => behind({ ...small, variation }, later);
  return [
    ...sentenceOf(
      [
        behind(large, later),
        learnt(large, "no warmup", "unigramExcess"),
        behind(large, later, "warmup", "never high"),
      ],
      runs,
      ([lagging, level, neverHigh]) =>
        `With a layernorm, untied weights and no weight decay a high rate from the first step on leaves a lag: ${later - hold} steps after the rate has dropped from ${large.peak} to 0.01 a run without a warmup is behind one with ${warmupSteps} steps of it by ${lagging} of the information in the input, and stands at the unigram entropy, (L − H)/I = ${level}; the run with the warmup is itself behind one that was never high by ${neverHigh} (V = ${large.vocabSize}, α = ${large.exponent}; 95 % intervals over drawings of the data).`,
    ),
    ...sentenceOf(
      [
        behind(small, later),
        behind(small, later, "equal sum"),
        varied("β₂ 0.95"),
        varied("weight decay 0.1"),
        behind(small, end, "rescaled", "warmup, rescaled"),
        behind(small, end),
      ],
      runs,
      ([lagging, equalSum, forgetful, decayed, rescaled, lasting]) =>
        `What lasts is a memory of the weights' size: at V = ${small.vocabSize}, α = ${small.exponent}, rate ${small.peak} the lag is ${lagging} of the information at step ${later}, ${equalSum} with an equal sum of rates and ${forgetful} with β₂ = 0.95, but ${decayed} with a weight decay of 0.1; and where both arms' weights are made small as the rate drops, with the same function, it is ${rescaled} at step ${end} instead of ${lasting}.`,
    ),
  ];
}

export const stickyPlateau: Experiment = {
  name: "sticky-plateau",
  part: "beyond",
  title: "The sticky plateau",
  summary:
    "A high rate is held to step 500, from the first step on or after a warmup of 200 steps, and then dropped to 0.01. " +
    "How much later is the run without a warmup still behind, does it stand at the unigram entropy, and what is it that it remembers? " +
    "Low-rank bigrams (R = 8), D = 32; differences are paired by seed and told in units of the mutual information I.",
  source: null,
  seeds: 5,
  sampledOver: "initialisations, draws and drawings of the data",
  conditions: conditionsOf,
  claims,
  figures,
  comparisons,
  findings,
};
