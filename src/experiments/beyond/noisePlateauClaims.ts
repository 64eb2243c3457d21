/** What is claimed of the noise plateau. */
import { at, type ClaimSpecification, minus, ofRun, over, type Quantity } from "../../analysis/claims.js";
import { mutualInformation } from "../../analysis/mutualInformation.js";
import { neighbours } from "../../analysis/neighbours.js";
import type { Observable, Runs } from "../../analysis/series.js";
import { drift, finalLevel, quarterSpread, settlingStep } from "../../analysis/stationarity.js";
import { mean } from "../../analysis/statistics.js";
import { log } from "../../math/elementary.js";
import { afterwards } from "../experiment.js";
import {
  batchSizes,
  constant,
  early,
  elsewhere,
  historiesOf,
  type Level,
  levelLabel,
  levels,
  names,
  ratesOf,
  scales,
  sizeOf,
} from "./noisePlateauRuns.js";

/** In units of I: about a fortieth of the plateau's height at lr 0.03, less than a change of the rate by 3 % moves it. */
const margin = 0.01;
const marginOrigin =
  "a hundredth of the mutual information: at lr 0.03 a change of the rate by 3 % does as much to the level";
const settled = 0.05;

export const level = (label: string, observable: Observable = "excessLoss"): Quantity =>
  ofRun(label, (run) => finalLevel(run, observable));
const information = (label: string): Quantity => ofRun(label, mutualInformation);
export const inInformation = (label: string, value: Quantity): Quantity => over(value, information(label));
/** Pieces in which it is looked for when a level came: a tenth of the time that it takes, which goes as one over the rate. */
const settling = (label: string, rate: number): Quantity =>
  ofRun(label, (run) => settlingStep(run, "excessLoss", settled, Math.round(15 / rate)));

/** k of value ∝ factor^k, between two values whose factors are `ratio` apart. */
const exponent = (from: Quantity, to: Quantity, ratio: number): Quantity => ({
  of(runs) {
    const [a, b] = [from.of(runs), to.of(runs)];
    return a === null || b === null || a <= 0 || b <= 0 ? null : log(b / a) / log(ratio);
  },
  stated: null,
});
const shifted = (value: Quantity, by: number): Quantity => ({
  of(runs) {
    const x = value.of(runs);
    return x === null ? null : x - by;
  },
  stated: null,
});

/** Over several quantities of a seed. */
const rootMeanSquare = (values: readonly Quantity[]): Quantity => ({
  of(runs) {
    const own = values.map((value) => value.of(runs));
    return own.every((x): x is number => x !== null) ? Math.sqrt(mean(own.map((x) => x * x))) : null;
  },
  stated: null,
});

/** What claims are called, for the findings that rest on them. */
export const quantities = {
  history: (arm: string, rate: number) => `level, "${arm}" minus "${constant(rate)}", in I`,
  spread: (rate: number) =>
    `quarters of the last half, in standard errors, root mean square over runs at lr ${rate}`,
  drift: (label: string) => `last minus first quarter of the last half, in I, "${label}"`,
  order: (high: string, low: string) => `level, "${high}" minus "${low}" (nats)`,
  sign: (label: string) => `L − H at rest, "${label}" (nats)`,
  batchExponent: (rate: number) => `exponent of the level in the batch size plus 1/2, lr ${rate}`,
  rateExponent: "exponent of the level in the rate minus 1, lowest to highest rate",
  independent: (rate: number) => `level with independent targets over that at scale 1, lr ${rate}`,
  dependence: (label: string) => `inputDependence minus I, in I, "${label}"`,
  settles: (label: string) => `step from which the loss is within 5 % of its level, "${label}"`,
  dropped: "excess loss after the drop over the level before it",
  exact: "excess loss behind the exact gradient, in I",
  leaving: (after: number) => `excess loss ${after} steps after the drop, early minus late`,
  lead: (step: number, where: string) => `excess loss at step ${step}, never high minus dropped, ${where}`,
};

/** Levels that have their noise each, and the time to come to rest: not those of the quick profile. */
const restingAt = (rate: number, quick: boolean): string[] =>
  quick ? [] : levels(quick).flatMap((one) => (one.rate === rate ? [levelLabel(one)] : []));

function historyClaims(quick: boolean): ClaimSpecification[] {
  const histories = historiesOf();
  const [main] = histories;
  return [
    ...histories.flatMap(({ rate, arms }) =>
      arms.map(
        (arm): ClaimSpecification => ({
          claim: "the level does not depend on the history",
          quantity: quantities.history(arm, rate),
          rule: "equivalent",
          value: inInformation(constant(rate), minus(level(arm), level(constant(rate)))),
          margin,
          origin: marginOrigin,
        }),
      ),
    ),
    ...histories.map(
      ({ rate, arms }): ClaimSpecification => ({
        claim: "the loss rests: quarters of the last half agree within two standard errors",
        quantity: quantities.spread(rate),
        rule: "below",
        value: rootMeanSquare(
          [...new Set([constant(rate), ...arms, ...restingAt(rate, quick)])].map((label) =>
            ofRun(label, (run) => quarterSpread(run, "excessLoss")),
          ),
        ),
        bound: 2,
        origin: "two standard errors of a quarter's mean",
      }),
    ),
    // quarters of the quick profile are too short for it
    ...(quick ? [] : [constant(main.rate), ...main.arms]).map(
      (label): ClaimSpecification => ({
        claim: "the loss rests: it no longer drifts by what matters",
        quantity: quantities.drift(label),
        rule: "equivalent",
        value: inInformation(
          label,
          ofRun(label, (run) => drift(run, "excessLoss")),
        ),
        margin,
        origin: marginOrigin,
      }),
    ),
  ];
}

const order = (claim: string, high: string, low: string): ClaimSpecification => ({
  claim,
  quantity: quantities.order(high, low),
  rule: "order",
  smaller: level(low),
  larger: level(high),
});

/** A level on each side of H, of the same data. */
export const entropySides = (quick: boolean): { below: string; above: string } => ({
  below: constant(Math.min(...ratesOf(quick))),
  above: levelLabel({ rate: Math.max(...ratesOf(quick)), batchSize: Math.min(...batchSizes) }),
});
export const overEntropy = (label: string): Quantity => level(label, "unigramExcess");

const sign = (rule: "below" | "above", label: string): ClaimSpecification => ({
  claim: `the level meets H by coincidence only: it lies ${rule} in one setting and ${rule === "below" ? "above" : "below"} in another`,
  quantity: quantities.sign(label),
  rule,
  value: overEntropy(label),
  bound: 0,
  origin: "the entropy H of the targets",
});

function levelClaims(quick: boolean): ClaimSpecification[] {
  const rates = ratesOf(quick);
  const [lowest, highest] = [Math.min(...rates), Math.max(...rates)];
  const [smallest, largest] = [Math.min(...batchSizes), Math.max(...batchSizes)];
  const of = (more: Partial<Level>) => levelLabel({ rate: 0.03, ...more });
  return [
    ...neighbours(rates).map(([low, high]) =>
      order("the level grows with the rate", constant(high), constant(low)),
    ),
    ...neighbours(batchSizes).map(([small, large]) =>
      order("the level falls with the batch", of({ batchSize: small }), of({ batchSize: large })),
    ),
    ...neighbours(scales).map(([low, high]) =>
      order("the level grows with the mutual information", of({ scale: high }), of({ scale: low })),
    ),
    ...rates.map((rate) => {
      const short = levelLabel({ rate, beta2: 0.95 });
      return rate < 0.1
        ? order("a shorter memory of the second moment raises it at small rates", short, constant(rate))
        : {
            ...order("a shorter memory of the second moment lowers it at large rates", constant(rate), short),
            whose: afterwards,
          };
    }),
    {
      claim: "the level is about proportional to the rate",
      quantity: quantities.rateExponent,
      rule: "equivalent",
      value: shifted(exponent(level(constant(lowest)), level(constant(highest)), highest / lowest), 1),
      margin: 0.15,
      origin: "the level is then 1.4 times off at most over a decade of rates",
    },
    ...rates.map(
      (rate): ClaimSpecification => ({
        claim: "the level falls as one over the root of the batch",
        quantity: quantities.batchExponent(rate),
        rule: "equivalent",
        value: shifted(
          exponent(
            level(levelLabel({ rate, batchSize: smallest })),
            level(levelLabel({ rate, batchSize: largest })),
            largest / smallest,
          ),
          -0.5,
        ),
        margin: 0.1,
        origin: "a fifth of the way to −1, the exponent of SGD's floor",
      }),
    ),
    ...rates.map(
      (rate): ClaimSpecification => ({
        claim: "most of the level is there without anything but the unigram distribution to learn",
        quantity: quantities.independent(rate),
        rule: "above",
        value: over(level(levelLabel({ rate, scale: 0 })), level(constant(rate))),
        bound: 0.5,
        origin: "half of it",
      }),
    ),
    sign("below", entropySides(quick).below),
    sign("above", entropySides(quick).above),
    // of the rate alone, where noise is large against what there is to learn
    ...(quick ? [] : [{ ...sign("above", constant(highest)), whose: afterwards }]),
    {
      claim:
        "on the plateau predictions depend on their inputs more than the data do: it is no unigram solution",
      quantity: quantities.dependence(constant(highest)),
      rule: "above",
      value: inInformation(
        constant(highest),
        minus(level(constant(highest), "inputDependence"), information(constant(highest))),
      ),
      bound: 0,
      origin: "a unigram solution has an inputDependence of 0, the data one of I",
    },
  ];
}

function departureClaims(quick: boolean): ClaimSpecification[] {
  const { vocabSize, release, released } = sizeOf(quick);
  const rates = ratesOf(quick);
  const end = release + released;
  const after = early.end - early.drop;
  const lead = (throughout: string, dropped: string, step: number, where: string): ClaimSpecification => ({
    claim: "time on the plateau is not lost: after a drop of the rate the run leads one that never was high",
    quantity: quantities.lead(step, where),
    rule: "order",
    smaller: at(dropped, "excessLoss", step),
    larger: at(throughout, "excessLoss", step),
  });
  const bounds = quick ? [] : [constant(0.03), elsewhere.long];
  return [
    ...bounds.flatMap((label): ClaimSpecification[] => [
      {
        claim: "the level takes thousands of steps to come",
        quantity: quantities.settles(label),
        rule: "above",
        value: settling(label, 0.03),
        bound: 1000,
        origin: "the shorter end of 1,000 to 10,000 steps",
      },
      {
        claim: "the level takes thousands of steps to come, not tens of thousands",
        quantity: quantities.settles(label),
        rule: "below",
        value: settling(label, 0.03),
        bound: 10_000,
        origin: "the longer end of 1,000 to 10,000 steps",
      },
    ]),
    ...neighbours(rates).map(
      ([low, high]): ClaimSpecification => ({
        claim: "the lower the rate, the longer the level takes to come",
        quantity: `step of settling, "${constant(low)}" minus "${constant(high)}"`,
        rule: "order",
        smaller: settling(constant(high), high),
        larger: settling(constant(low), low),
      }),
    ),
    {
      claim: "a drop of the rate leaves the plateau",
      quantity: quantities.dropped,
      rule: "below",
      value: over(at(names.dropped, "excessLoss", end), level(constant(0.03))),
      bound: 0.5,
      origin: "half of the level",
    },
    {
      claim: "the exact gradient leaves the plateau at an unchanged rate, and nothing of it remains",
      quantity: quantities.exact,
      rule: "below",
      value: inInformation(names.exact, at(names.exact, "excessLoss", end)),
      bound: margin,
      origin: "a hundredth of the mutual information",
    },
    lead(constant(early.low), names.droppedEarly, early.end, `V ${vocabSize}, dropped at ${early.drop}`),
    {
      claim:
        "time on the plateau is not lost: it is left no more slowly after a long time than after a short one",
      quantity: quantities.leaving(after),
      rule: "order",
      smaller: at(names.dropped, "excessLoss", release + after),
      larger: at(names.droppedEarly, "excessLoss", early.drop + after),
    },
    ...(quick
      ? []
      : [lead(elsewhere.rate(early.low), elsewhere.dropped, early.end, `V 1000, dropped at ${early.drop}`)]),
  ];
}

export const noisePlateauClaims = (_: Runs, quick: boolean): ClaimSpecification[] => [
  ...historyClaims(quick),
  ...levelClaims(quick),
  ...departureClaims(quick),
];
