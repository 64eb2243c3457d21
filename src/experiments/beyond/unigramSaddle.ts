/** Whether the unigram solution holds a run up: a saddle that small weights pass by, and what Adam remembers of the way there. */
import { explained } from "../../analysis/agreement.js";
import { type ClaimSpecification, minus, ofRun, over, type Quantity } from "../../analysis/claims.js";
import { mutualInformation } from "../../analysis/mutualInformation.js";
import { levels, passage, pauseOf, pauseRatio, pauseWidth, RELAXATION } from "../../analysis/saddle.js";
import { type Observable, type Runs, valueAt } from "../../analysis/series.js";
import { decimals } from "../../figures/labels.js";
import { log } from "../../math/elementary.js";
import { afterwards, type Experiment, type Finding } from "../experiment.js";
import { told } from "../told.js";
import { saddleFigures } from "./unigramSaddleFigures.js";
import {
  type ArmName,
  comparedNoise,
  comparedSize,
  descentLabel,
  descentRate,
  full,
  labelOf,
  noises,
  quickOnes,
  rate,
  rates,
  resetSteps,
  timeOfEscape,
  vocabSize,
} from "./unigramSaddleRuns.js";

const S = (arm: ArmName, lr = rate, size = vocabSize): Quantity => ofRun(labelOf(arm, lr, size), pauseRatio);
const W = (arm: ArmName, lr = rate): Quantity => ofRun(labelOf(arm, lr), pauseWidth);
/** τ from L = H to a level below it: H − I/4, or H − 3I/4. */
const behindEntropy = (arm: ArmName, size = vocabSize, to = -0.25): Quantity =>
  ofRun(labelOf(arm, rate, size), (run) => passage(run, 0, to));

/** Something of the evaluation at the pause. */
const atPause = (observable: Observable): Quantity =>
  ofRun(labelOf("std 0.001"), (run) => {
    const pause = pauseOf(run);
    return pause && valueAt(run, observable, pause.step);
  });
/** J in I at the pause. */
const dependence = over(atPause("inputDependence"), ofRun(labelOf("std 0.001"), mutualInformation));

const perEfold = (from: number, to: number): Quantity =>
  scaled(minus(timeOfEscape(to), timeOfEscape(from)), 1 / log(from / to));
const endOfNoiseless = ofRun(descentLabel(0), (run) => levels(run).at(-1)?.level ?? null);

/** f of a quantity. */
const mapped = (quantity: Quantity, f: (x: number) => number): Quantity => ({
  of(runs) {
    const x = quantity.of(runs);
    return x === null ? null : f(x);
  },
  stated: null,
});
const scaled = (quantity: Quantity, by: number): Quantity => mapped(quantity, (x) => x * by);
const relative = (a: Quantity, b: Quantity): Quantity => mapped(over(a, b), (ratio) => ratio - 1);
/** What a reset of the moments takes away of the time behind H, as a share. */
const removed = (size = vocabSize, to = -0.25): Quantity =>
  mapped(
    over(behindEntropy("moments reset", size, to), behindEntropy("std 0.001", size, to)),
    (kept) => 1 - kept,
  );

/** "8 of 8 runs monotone" */
function monotone(runs: Runs, arm: ArmName, lr = rate, size = vocabSize): string {
  const label = labelOf(arm, lr, size);
  const own = runs.get(label) ?? [];
  return `${own.filter((run) => pauseRatio(run) !== null).length} of ${own.length} runs monotone`;
}

const quantities = {
  S: (runs: Runs, arm: ArmName, lr = rate, size = vocabSize) =>
    `S at ${labelOf(arm, lr, size)} (${monotone(runs, arm, lr, size)})`,
  removed: (size = vocabSize, to = "I/4") =>
    `share of the τ from H to H − ${to} that a reset of the moments at step ${resetSteps[size]} removes, ${labelOf("std 0.001", rate, size)}`,
  slope: (noise: number, next: number) =>
    `τ of escape an e-fold of 1/σ, from σ ${noise} to ${next}, ${descentLabel(0).split(", σ")[0]}, lr ${descentRate}`,
};

const relaxation = Number(RELAXATION.toFixed(2));
const bound = { bound: relaxation, origin: "a plain exponential relaxation" };

function pauseClaims(runs: Runs): ClaimSpecification[] {
  const [lowest, highest] = [rates[0], 1e-2];
  const paused = (lr: number, size = vocabSize): ClaimSpecification => ({
    claim: "from small weights the loss pauses at the unigram entropy, for longer than a relaxation would",
    quantity: quantities.S(runs, "std 0.001", lr, size),
    rule: "above",
    value: S("std 0.001", lr, size),
    ...bound,
  });
  return [
    ...rates.filter((lr) => lr <= 3e-3).map((lr) => paused(lr)),
    paused(rate, comparedSize),
    {
      claim: "from weights of the usual size, D^-1/2, it does not pause",
      quantity: quantities.S(runs, "std D^-1/2"),
      rule: "below",
      value: S("std D^-1/2"),
      ...bound,
    },
    ...(
      [
        ["std 0.02", "std 0.001"],
        ["std D^-1/2", "std 0.02"],
      ] as const
    ).map(
      ([larger, smaller]): ClaimSpecification => ({
        claim: "the smaller the initial weights, the longer the pause",
        quantity: `S at ${smaller} minus S at ${larger}, lr ${rate}`,
        rule: "order",
        smaller: S(larger),
        larger: S(smaller),
      }),
    ),
    {
      claim: "at a large rate the pause is gone",
      quantity: `S at lr ${rate} minus S at lr 0.03, std 0.001`,
      rule: "order",
      smaller: S("std 0.001", 0.03),
      larger: S("std 0.001"),
    },
    {
      claim:
        "the pause is a sum of rates and no number of steps: a hundredfold rate changes it less than twofold",
      quantity: `ln of W at lr ${lowest} over W at lr ${highest}, std 0.001`,
      rule: "equivalent",
      value: mapped(over(W("std 0.001", lowest), W("std 0.001", highest)), log),
      margin: Number(log(2).toFixed(3)),
      origin: "a factor of 2, where steps would differ by 100",
    },
  ];
}

function placeClaims(): ClaimSpecification[] {
  const label = labelOf("std 0.001");
  return [
    {
      claim: "the pause lies at the unigram entropy",
      quantity: `(L − H)/I where the descent is slowest, ${label}`,
      rule: "equivalent",
      value: ofRun(label, (run) => pauseOf(run)?.level ?? null),
      margin: 0.25,
      origin: "a quarter of I, as in W",
    },
    {
      claim: "predictions hardly depend on the input there",
      quantity: `input dependence J in I where the descent is slowest, ${label}`,
      rule: "below",
      value: dependence,
      bound: 0.1,
      origin: "a tenth of what the data have",
    },
    {
      claim: "the embedding uses fewer dimensions there than when the bigrams are learnt",
      quantity: `n_eff at the end minus n_eff where the descent is slowest, ${label}`,
      rule: "order",
      smaller: atPause("effectiveDimension"),
      larger: ofRun(label, (run) => valueAt(run, "effectiveDimension", run.config.steps)),
    },
  ];
}

function memoryClaims(): ClaimSpecification[] {
  return [
    ...[vocabSize, comparedSize].map(
      (size): ClaimSpecification => ({
        claim: "more than half of Adam's pause is memory of its moments",
        ...(size === vocabSize ? {} : { whose: afterwards }),
        quantity: quantities.removed(size),
        rule: "above",
        value: removed(size),
        bound: 0.5,
        origin: "half of the pause",
      }),
    ),
    // where the best solution of rank 1 is good, the pause lies near H − I/4 and goes on below it
    {
      claim: "more than half of the whole way down is memory of its moments",
      whose: afterwards,
      quantity: quantities.removed(vocabSize, "3I/4"),
      rule: "above",
      value: removed(vocabSize, -0.75),
      bound: 0.5,
      origin: "half of the way",
    },
    ...(["β₂ 0.95", "Signum"] as const).map(
      (arm): ClaimSpecification => ({
        claim: "with a shorter memory of the gradient's size the pause is shorter",
        quantity: `W of Adam with β₂ 0.999 minus W of ${arm === "Signum" ? arm : `Adam with ${arm}`}, std 0.001, lr ${rate}`,
        rule: "order",
        smaller: W(arm),
        larger: W("std 0.001"),
      }),
    ),
  ];
}

function descentClaims(): ClaimSpecification[] {
  const place = `gradient descent, lr ${descentRate}`;
  return [
    {
      claim: "gradient descent on the solution of rank 1 stays there as long as there is no noise",
      quantity: `(L − H)/I at the end, ${place}, σ 0`,
      rule: "above",
      value: endOfNoiseless,
      bound: -0.25,
      origin: "a quarter of I, of which the data have all",
    },
    {
      claim: "the best solution of rank 1 lies below the unigram entropy",
      quantity: `(L − H)/I of the best solution of rank 1, where ${place}, σ 0, ends`,
      rule: "below",
      value: endOfNoiseless,
      bound: 0,
      origin: "the unigram entropy",
    },
    {
      claim:
        "the solution of rank 1 is a saddle: the smaller the noise on it, the later gradient descent leaves it",
      quantity: quantities.slope(noises[0], 1e-4),
      rule: "above",
      value: perEfold(noises[0], 1e-4),
      bound: 0,
      origin: "no saddle: a time that does not depend on the noise",
    },
    {
      claim: "the time to leave it is linear in ln 1/σ",
      quantity: `τ of escape an e-fold of 1/σ: from σ 0.001 to 0.0001 over that from 0.01 to 0.001, less 1, ${place}`,
      rule: "equivalent",
      value: relative(perEfold(1e-3, 1e-4), perEfold(1e-2, 1e-3)),
      margin: 0.1,
      origin: "a tenth of the slope",
    },
    {
      claim: "the time to leave it is a sum of rates",
      quantity: `τ of escape at lr ${descentRate} over that at lr 1, less 1, σ ${comparedNoise}`,
      rule: "equivalent",
      value: relative(timeOfEscape(comparedNoise), timeOfEscape(comparedNoise, 1)),
      margin: 0.05,
      origin: "a twentieth, where steps would differ threefold",
    },
  ];
}

/** [mean, standard deviation] of three seeds each, of one drawing of the data at V = 1000. */
const measuredElsewhere: { by: string; quantity: string; value: Quantity; measured: [number, number] }[] = [
  ...(
    [
      ["std 0.02", 1e-3, [0.16, 0.07]],
      ["std 0.02", 3e-3, [0.28, 0.18]],
      ["std 0.02", 1e-2, [0.66, 0.35]],
      ["std 0.02", 0.1, [0.16, 0.04]],
      ["std 0.001", 3e-3, [0.05, 0]],
      ["std 0.001", 1e-2, [0.36, 0.04]],
      ["std 0.001", 3e-2, [0.72, 0.07]],
      ["std 0.02, B 8192", 1e-3, [0.31, 0.05]],
      ["std 0.02, B 8192", 3e-3, [0.41, 0.19]],
      ["std 0.02, B 8192", 1e-2, [0.8, 0.34]],
    ] as [ArmName, number, [number, number]][]
  ).map(([arm, lr, measured]) => ({
    by: arm === "std 0.02, B 8192" ? "this package, earlier" : "PyTorch 1.13",
    quantity: `dip of the speed of the descent, ${labelOf(arm, lr, comparedSize)}`,
    value: ofRun(labelOf(arm, lr, comparedSize), (run) => pauseOf(run)?.dip ?? null),
    measured,
  })),
  ...(
    [
      ["std 0.001", "moments as they are", [0.319, 0.01]],
      ["moments reset", "moments reset where L = H", [0.104, 0.001]],
    ] as [ArmName, string, [number, number]][]
  ).map(([arm, what, measured]) => ({
    by: "PyTorch 1.13",
    quantity: `τ from H to H − I/4, ${what}, V ${comparedSize}, std 0.001, lr ${rate}`,
    value: behindEntropy(arm, comparedSize),
    measured,
  })),
  ...(
    [
      ["std 0.001", [1.29, 0.05]],
      ["std D^-1/2", [0.22, 0.03]],
    ] as [ArmName, [number, number]][]
  ).map(([arm, measured]) => ({
    by: "PyTorch 1.13",
    quantity: `S at ${labelOf(arm, rate, comparedSize)}`,
    value: S(arm, rate, comparedSize),
    measured,
  })),
];

function findings(runs: Runs): Finding[] {
  const [paused, not] = [told(S("std 0.001"), runs), told(S("std D^-1/2"), runs)];
  const share = told(scaled(removed(vocabSize, -0.75), 100), runs, (x) => `${decimals(x, 0)} %`);
  const slope = told(perEfold(noises[0], 1e-4), runs, (x) => decimals(x, 0));
  const found: Finding[] = [];
  if (paused && not)
    found.push({
      sentence: `From small weights (0.001) the loss pauses at the unigram entropy on its way to the bigrams, S = ${paused} at a rate of ${rate} where a plain relaxation has ${relaxation}; from weights of the usual size, D^-1/2, it does not, S = ${not}.`,
      restsOn: [quantities.S(runs, "std 0.001"), quantities.S(runs, "std D^-1/2")],
    });
  if (share && slope)
    found.push({
      sentence: `Gradient descent leaves the unigram solution of rank 1 as one leaves a saddle: each factor e less noise delays it by a sum of rates of ${slope}. Under Adam most of the delay is memory of its moments: to reset them where L = H removes ${share} of the time from H to H − 3I/4.`,
      restsOn: [quantities.slope(noises[0], 1e-4), quantities.removed(vocabSize, "3I/4")],
    });
  return found;
}

export const unigramSaddle: Experiment = {
  name: "unigram-saddle",
  part: "beyond",
  title: "The unigram solution as a saddle",
  summary:
    `Does the loss pause at the unigram entropy H before it falls to H − I, the floor that the data allow? Low-rank bigrams (R = 8, V = ${vocabSize}, D = 32, untied, no norm), exact gradients, so that no noise of draws is in it. ` +
    `Times are sums of rates τ. S is τ from H + I/4 to H − I/4 over τ from H − I/4 to H − 3I/4, of runs whose loss is monotone in between; a plain exponential relaxation has ${relaxation}. ` +
    "Then what holds a run up: gradient descent from the solution of rank 1 with noise σ on it, and Adam with its moments reset where L = H (at the same step for all seeds, the mean of where L = H was), with a shorter memory, and Signum, which has none of the gradient's size.",
  source: null,
  seeds: 8,
  sampledOver: "initialisations and drawings of the data",
  conditions: (quick) => (quick ? quickOnes() : full()),
  claims: (runs) => [...pauseClaims(runs), ...placeClaims(), ...memoryClaims(), ...descentClaims()],
  figures: (runs) => saddleFigures(runs),
  comparisons: () =>
    explained(
      measuredElsewhere.map(({ measured: [mean, standardDeviation], ...it }) => ({
        ...it,
        mean,
        standardDeviation,
        seeds: 3,
      })),
      {
        "dip of the speed of the descent, V 1000, std 0.001, lr 0.03":
          "The definition: their steps between which the speed is taken are not known. With ±3, 10 and 20 % of t ours is 0.27, 0.49 and 0.96.",
        "τ from H to H − I/4, moments reset where L = H, V 1000, std 0.001, lr 0.001":
          "Theirs is of one drawing of the data, ours of three; and ours are reset at one step for all three, within 0.005 of τ.",
      },
    ),
  findings,
};
