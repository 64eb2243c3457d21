/** Whether what the post expects of its data is seen with topics and copies too: a pause at the unigram entropy, a lag. */
import { capturedAtEntropy } from "../../analysis/capturedAtEntropy.js";
import { type ClaimSpecification, minus, ofRun, over, type Quantity } from "../../analysis/claims.js";
import { mutualInformation } from "../../analysis/mutualInformation.js";
import { pauseOf } from "../../analysis/saddle.js";
import { type Runs, valueAt } from "../../analysis/series.js";
import { decimals } from "../../figures/labels.js";
import { afterwards, type Experiment, type Finding } from "../experiment.js";
import { told } from "../told.js";
import { lags, lagsNot, margin, origin } from "./lagClaims.js";
import { strongFigures } from "./strongAndCopiedFigures.js";
import {
  armConditions,
  type Data,
  type Descent,
  data,
  descentCondition,
  descentLabel,
  descentsOf,
  isLarge,
  labelOf,
  lengths,
  type Setting,
  settingName,
  settingsOf,
} from "./strongAndCopiedRuns.js";
import { type Arm, armLabel, inInformation, lag } from "./warmupArms.js";

const name = "strong-and-copied";

/** At the end of a setting's runs. */
const endOf = ({ vocabSize }: Setting): number => lengths(vocabSize).steps;

const behind = (setting: Setting, arm: Arm = "no warmup", against: Arm = "warmup") => ({
  quantity:
    arm === "no warmup" && against === "warmup"
      ? `lag at step ${endOf(setting)}, ${settingName(setting)}`
      : `lag at step ${endOf(setting)} of ${arm} behind ${against}, ${settingName(setting)}`,
  value: lag(labelOf(setting, arm), labelOf(setting, against), endOf(setting)),
});

/** The lag in nats, whatever there is to learn. */
const lossBehind = (setting: Setting): Quantity => {
  const loss = (arm: Arm) => ofRun(labelOf(setting, arm), (run) => valueAt(run, "loss", endOf(setting)));
  return minus(loss("no warmup"), loss("warmup"));
};

const sameBut = (setting: Setting, kind: Data, settings: readonly Setting[]): Setting | undefined =>
  settings.find(
    (other) => other.kind === kind && settingName({ ...other, kind: setting.kind }) === settingName(setting),
  );

const nats = (setting: Setting, other: Setting): string =>
  `lag in nats at step ${endOf(setting)}, ${settingName(setting)} minus ${other.kind}`;

/** Adam without weight decay at V = 1000: the case that the others are held against. */
const isUsual = (setting: Setting): boolean => setting.optimizer === "Adam" && !isLarge(setting);

const tenth = { of: 0.1, origin: "a tenth of what there is to learn of the input" };

const standing = (it: Setting, arm: Arm): ClaimSpecification => ({
  whose: afterwards,
  claim: "at α = 0.5 a higher rate leaves weak structure at the unigram entropy, with a warmup too",
  quantity: `(L − H)/I at step ${endOf(it)}, ${armLabel(settingName(it), arm)}`,
  rule: "equivalent",
  value: inInformation(labelOf(it, arm), "unigramExcess", endOf(it)),
  margin: tenth.of,
  origin: tenth.origin,
});

/** At the end of a run. */
const learntBy = (it: Setting, arm: Arm): ClaimSpecification => ({
  whose: afterwards,
  claim:
    "a loss at the unigram entropy of a language model's vocabulary is no unigram solution: bigrams are learnt",
  quantity: `captured information over I at step ${endOf(it)}, ${armLabel(settingName(it), arm)}`,
  rule: "above",
  value: inInformation(labelOf(it, arm), "capturedInformation", endOf(it)),
  bound: tenth.of,
  origin: tenth.origin,
});

function lagClaims(settings: readonly Setting[]): ClaimSpecification[] {
  const usual = settings.filter(isUsual);
  const weak = usual.filter(({ kind }) => kind === "λ 0.3");
  const large = settings.filter(isLarge);
  return [
    ...weak.map((it) =>
      lags({ ...behind(it), claim: "with weak structure a high rate without a warmup leaves a lasting lag" }),
    ),
    ...usual
      .filter(({ kind }) => kind !== "λ 0.3")
      .map((it) => lagsNot({ ...behind(it), claim: "with strong structure, or copies, no lag lasts" })),
    ...weak.flatMap((it) =>
      (["λ 0.9", "copy"] as const).flatMap((kind): ClaimSpecification[] => {
        const other = sameBut(it, kind, usual);
        return other
          ? [
              {
                claim: "the lag is larger with weak structure in nats too, where I is smaller",
                quantity: nats(it, other),
                rule: "order",
                smaller: lossBehind(other),
                larger: lossBehind(it),
              },
            ]
          : [];
      }),
    ),
    ...weak
      .filter(({ arms }) => arms.includes("rescaled"))
      .flatMap((it) => [
        lags({
          ...behind(it, "equal sum"),
          claim: "a smaller sum of rates does not explain the lag",
        }),
        lags({
          ...behind(it, "no warmup", "rescaled"),
          whose: afterwards,
          claim: "the lag lives in the norms of the weights: rescaled, a run without a warmup gets ahead",
        }),
        lagsNot({
          ...behind(it, "rescaled", "never high"),
          claim: "rescaled, a run is where it would be had its rate never been high",
        }),
      ]),
    ...weak
      .filter(({ exponent, peak }) => exponent === 0.5 && peak === 0.3)
      .flatMap((it) => it.arms.map((arm) => standing(it, arm))),
    ...settings
      .filter(({ optimizer }) => optimizer !== "Adam")
      .map((it) => lagsNot({ ...behind(it), claim: `with ${it.optimizer} no lag lasts` })),
    ...large
      .filter(({ seeds }) => seeds !== 1)
      .map((it) =>
        lagsNot({ ...behind(it), claim: "at a language model's vocabulary no lag is left after 400 steps" }),
      ),
    ...large
      .filter(({ seeds }) => seeds === 1)
      .map(
        (it): ClaimSpecification => ({
          ...behind(it),
          claim: "with large batches the lag stays small at a language model's vocabulary",
          rule: "below",
          bound: margin,
          origin,
        }),
      ),
    ...large
      .filter(({ arms }) => arms.includes("never high"))
      .flatMap((it) => [
        ...it.arms.map((arm) => learntBy(it, arm)),
        lags({
          ...behind(it, "no warmup", "never high"),
          claim: "at a language model's vocabulary a high rate costs more than a warmup gives back",
        }),
      ]),
  ];
}

/** A speed that is within this of the lower peak is none that is lower: what reading it between evaluations leaves. */
const noPause = 0.9;

const pause = (it: Descent) => ({
  quantity: `least −dL/d ln t within I/4 of H over the lower of its peaks before and behind, ${descentLabel(it)}`,
  value: ofRun(descentLabel(it), (run) => pauseOf(run)?.atEntropy ?? null),
});
const captured = (it: Descent) => ({
  quantity: `captured information over I where the loss passes H, ${descentLabel(it)}`,
  value: over(ofRun(descentLabel(it), capturedAtEntropy), ofRun(descentLabel(it), mutualInformation)),
});

/** Small weights and weak structure: the one case of these that passes by the unigram solution. */
const isSaddle = ({ kind, std }: Descent): boolean => kind === "λ 0.3" && std !== undefined;

const pauseClaims = (descents: readonly Descent[]): ClaimSpecification[] =>
  descents.flatMap((it): ClaimSpecification[] => {
    const slow = { bound: noPause, origin: "1 is none, up to what lies between evaluations" };
    const learnt = { bound: tenth.of, origin: tenth.origin };
    return isSaddle(it)
      ? [
          {
            claim: "with weak structure and small weights the loss pauses at the unigram entropy",
            ...pause(it),
            rule: "below",
            ...slow,
          },
          {
            claim: "where it passes the unigram entropy such a model has learnt hardly any of the bigrams",
            ...captured(it),
            rule: "below",
            ...learnt,
          },
        ]
      : [
          {
            claim: "the loss does not pause at the unigram entropy",
            ...pause(it),
            rule: "above",
            ...slow,
          },
          {
            claim: "where it passes the unigram entropy the model has learnt some of the bigrams",
            ...captured(it),
            rule: "above",
            ...learnt,
          },
        ];
  });

function findings(runs: Runs, quick: boolean): Finding[] {
  // one of each kind of data, as `data` has them
  const arms = settingsOf(quick)
    .slice(0, data.length)
    .map((it) => behind(it));
  const [weak, strong, copied] = arms.map(({ value }) => told(value, runs, (x) => decimals(x, 3)));
  const [{ vocabSize, peak }] = settingsOf(quick);
  const { hold, steps } = lengths(vocabSize);
  return [
    ...(weak && strong && copied
      ? [
          {
            sentence: `A rate of ${peak} held to step ${hold} without a warmup leaves a lag where a target depends weakly on its input and none where it depends strongly: at step ${steps} (V = ${vocabSize}, α = 1, layernorm, Adam) it is ${weak} of I with topics of λ 0.3, ${strong} with λ 0.9 and ${copied} with copies.`,
            restsOn: arms.map(({ quantity }) => quantity),
          },
        ]
      : []),
  ];
}

export const strongAndCopied: Experiment = {
  name,
  part: "beyond",
  title: "Strong and copied structure",
  summary:
    "Targets that depend on their input by 16 topics, weakly (λ 0.3) and strongly (λ 0.9), or copy it (as many topics as tokens, λ 0.9), D = 32, untied. A layernorm and a rate that is high until step 500 and low from there on, with and without a warmup: " +
    "does the lag of low-rank data appear? And descents at a low rate without a norm, from small weights too: do they pause at the unigram entropy?",
  source: null,
  seeds: 3,
  sampledOver: "initialisations and draws",
  conditions: (quick) => [
    ...settingsOf(quick).flatMap(armConditions),
    ...descentsOf(quick).map((it) => descentCondition(it, quick)),
  ],
  claims: (_, quick) => [...lagClaims(settingsOf(quick)), ...pauseClaims(descentsOf(quick))],
  figures: strongFigures,
  findings,
};
