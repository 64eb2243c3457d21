/** Real text at a language model's vocabulary: what counting says of it, and whether a high rate early on is paid for later. */
import { capturedAtEntropy } from "../../analysis/capturedAtEntropy.js";
import { at, type ClaimSpecification, minus, ofRun, valuesOf } from "../../analysis/claims.js";
import type { Runs } from "../../analysis/series.js";
import { decimals } from "../../figures/labels.js";
import { afterwards, type Comparison, type Experiment, type Finding } from "../experiment.js";
import { told } from "../told.js";
import { brown, type CountedCorpus, kjv } from "./corpora.js";
import { realTextFigures } from "./realTextFigures.js";
import {
  batches,
  behind,
  conditionsOf,
  constant,
  counted,
  held,
  heldOutLoss,
  kjvLabel,
  labelOf,
  labelsOf,
  passing,
  pause,
  totalSteps,
} from "./realTextRuns.js";

const corpora = [kjv, brown];
const ours = { whose: "ours" };

/** Facts of counting: of a digest, the same for every seed. */
function countedClaims({ title, digest, statistics }: CountedCorpus): ClaimSpecification[] {
  const { zipfExponent, entropy, conditionalEntropy } = statistics;
  const unseen = Number(conditionalEntropy.heldOut);
  const of = (x: number) => counted(digest, x);
  return [
    {
      ...ours,
      claim: "the ranks of a text's tokens follow Zipf's law with an exponent of about 1",
      quantity: `Zipf exponent by maximum likelihood minus 1, ${title}`,
      rule: "equivalent",
      value: of(Number(zipfExponent) - 1),
      margin: 0.1,
      origin: "a fifth of the step between the exponents 0.5, 1 and 2 of made-up tokens",
    },
    {
      ...ours,
      claim: "counted pairs promise more information than unseen text has",
      quantity: `H(b) − H(b|a) in nats, plug-in minus held-out, ${title}`,
      rule: "order",
      smaller: of(Number(entropy.heldOut) - unseen),
      larger: of(entropy.plugIn - conditionalEntropy.plugIn),
    },
    {
      ...ours,
      claim: "the first-order correction makes up for little of it",
      quantity: `Miller–Madow's correction of H(b|a) over what the held-out one is above the plug-in, ${title}`,
      rule: "below",
      value: of(
        (conditionalEntropy.millerMadow - conditionalEntropy.plugIn) / (unseen - conditionalEntropy.plugIn),
      ),
      bound: 0.5,
      origin: "half of it",
    },
  ];
}

/** What the post says of a warmup, and where its picture has a pause. */
function rateClaims(batchSize: number): ClaimSpecification[] {
  const { low, high, warm } = labelsOf(batchSize);
  const place = `B ${batchSize}, Brown corpus`;
  return [
    {
      whose: "post",
      claim: "without warmup the loss falls faster at first",
      quantity: `held-out loss at step 50, warmup minus no warmup, lr 0.03, ${place}`,
      rule: "order",
      smaller: heldOutLoss(high, 50),
      larger: heldOutLoss(warm, 50),
    },
    {
      whose: "post",
      claim: "later it is slower than with warmup",
      quantity: `held-out loss at step ${totalSteps}, no warmup minus warmup, lr 0.03, ${place}`,
      rule: "order",
      smaller: heldOutLoss(warm, totalSteps),
      larger: heldOutLoss(high, totalSteps),
    },
    {
      ...ours,
      claim: "the higher rate is left at the higher loss",
      quantity: `held-out loss at step ${totalSteps}, lr 0.03 minus lr 0.01, ${place}`,
      rule: "order",
      smaller: heldOutLoss(low, totalSteps),
      larger: heldOutLoss(high, totalSteps),
    },
    ...[low, high, warm].map(passingClaim),
  ];
}

const passingClaim = (label: string): ClaimSpecification => ({
  ...ours,
  claim: "where the loss passes the unigram entropy, the model uses its input already: no unigram solution",
  quantity: capturedQuantity(label),
  rule: "above",
  value: ofRun(label, capturedAtEntropy),
  bound: 0.1,
  origin: "a unigram solution has captured 0",
});
const capturedQuantity = (label: string): string =>
  `captured information (nats) where the loss passes the unigram entropy, ${label}`;

const [small, large] = batches.map((batchSize) => labelsOf(batchSize).high);
const unigram = Number(brown.statistics.entropy.heldOut);
/** The step at which the large batch has drawn as many pairs as the small one has at the end. */
const samePairs = (totalSteps * batches[0]) / batches[1];
const aboveEntropy = minus(heldOutLoss(small, totalSteps), constant(unigram));
const aboveQuantity = `held-out loss at step ${totalSteps} minus the unigram entropy of unseen text, ${small}, Brown corpus`;
const harmQuantity = `captured information (nats) at step ${totalSteps}, ${small}, Brown corpus`;
const batchQuantity = `held-out loss at step ${totalSteps}, lr 0.03, B ${batches[0]} minus B ${batches[1]}, Brown corpus`;

/** That a high rate without a norm is held up by what goes with the batch, which is no unigram solution. */
const batchClaims: ClaimSpecification[] = [
  {
    whose: afterwards,
    claim: "small batches at a high rate are held above the unigram entropy",
    quantity: aboveQuantity,
    rule: "above",
    value: aboveEntropy,
    bound: 0,
    origin: "the entropy itself",
  },
  {
    whose: afterwards,
    claim: "there the predictions depend on the input and are the worse for it: no unigram solution",
    quantity: harmQuantity,
    rule: "below",
    value: at(small, "capturedInformation", totalSteps),
    bound: 0,
    origin: "a unigram solution has captured 0",
  },
  {
    whose: afterwards,
    claim: "a larger batch is below it at the same rate",
    quantity: batchQuantity,
    rule: "order",
    smaller: heldOutLoss(large, totalSteps),
    larger: heldOutLoss(small, totalSteps),
  },
  {
    whose: afterwards,
    claim: "and so it is after as many pairs, in an eighth of the steps: it is not for want of data",
    quantity: `held-out loss, lr 0.03, B ${batches[0]} at step ${totalSteps} minus B ${batches[1]} at step ${samePairs}, Brown corpus`,
    rule: "order",
    smaller: heldOutLoss(large, samePairs),
    larger: heldOutLoss(small, totalSteps),
  },
];

/** Steps of the arms that are compared: in the middle of what follows the drop, and at its end. */
const lagSteps = [300, totalSteps];
const lagQuantity = (step: number): string =>
  `lag at step ${step}, no warmup minus warmup, as a part of the held-out information, layernorm, peak ${held.peak}`;
const deficitQuantity = `held-out loss at step ${totalSteps}, warmup minus never high, as a part of the held-out information, layernorm, peak ${held.peak}`;
const rescaledQuantity = `held-out loss at step ${totalSteps}, no warmup minus rescaled, layernorm, peak ${held.peak}`;

const armClaims: ClaimSpecification[] = [
  ...lagSteps.map(
    (step): ClaimSpecification => ({
      ...ours,
      claim: "the lag of a run without warmup appears at a language model's vocabulary",
      quantity: lagQuantity(step),
      rule: "above",
      value: behind("no warmup", "warmup", step),
      bound: 0.02,
      origin: "what counts as no lag at small vocabularies",
    }),
  ),
  {
    ...ours,
    claim: "a high rate costs more than a warmup to it gives back",
    quantity: deficitQuantity,
    rule: "above",
    value: behind("warmup", "never high", totalSteps),
    bound: 0.02,
    origin: "what counts as no lag at small vocabularies",
  },
  {
    ...ours,
    claim: "what a high rate leaves behind is in the norms of the weights",
    quantity: rescaledQuantity,
    rule: "order",
    smaller: heldOutLoss(labelOf("rescaled"), totalSteps),
    larger: heldOutLoss(labelOf("no warmup"), totalSteps),
  },
];

function findings(runs: Runs): Finding[] {
  const [above, captured] = [
    told(aboveEntropy, runs),
    told(at(small, "capturedInformation", totalSteps), runs),
  ];
  const [lag, deficit, regained] = [
    told(behind("no warmup", "warmup", totalSteps), runs),
    told(behind("warmup", "never high", totalSteps), runs),
    told(behind("no warmup", "rescaled", totalSteps), runs),
  ];
  // the larger batch has one seed: it is told, and nothing rests on it
  const [passedAt] = valuesOf(passing(large, unigram), runs);
  const passed = passedAt === undefined ? null : decimals(passedAt, 0);
  const numbers = [above, captured, passed, lag, deficit, regained];
  if (numbers.some((told) => told === null)) return [];
  return [
    {
      sentence:
        `On the Brown corpus at a language model's vocabulary (V = 50304) a high loss is no unigram solution: without a norm, lr 0.03, batches of ${batches[0]} are still ${above} nats above the unigram entropy ` +
        `after ${totalSteps} steps, with ${captured} nats captured of the input, while batches of ${batches[1]} pass it at step ${passed} (one seed, which settles nothing); with a layernorm and a rate of ${held.peak} held to step ${held.hold} ` +
        `the lag of a run without warmup is ${lag} of the held-out information, and the run with a warmup is ${deficit} behind one that was never high; ` +
        `smaller weights of the same function regain ${regained}.`,
      restsOn: [aboveQuantity, harmQuantity, deficitQuantity, rescaledQuantity],
    },
  ];
}

const comparisons = (): Comparison[] => {
  const { low, high, warm } = labelsOf(128);
  return (
    [
      [low, 198, 6],
      [high, 272, 23],
      [warm, 297, 30],
    ] as const
  ).map(([label, mean, standardDeviation]) => ({
    quantity: `step at which the held-out loss falls below ${pause}, ${label}, Brown corpus`,
    by: "PyTorch 1.13",
    mean,
    standardDeviation,
    seeds: 3,
    value: passing(label, pause),
    without: { label, text: "not reached in 400 steps" },
    why: "Not explained. A script of its own in f64 has our loss at step 50 (9.85 at lr 0.01; ours 9.70 to 9.76, theirs 9.08); their first 100 steps lie between ours with batches of 256 and 512, and no other scale of the initial weights, norm, tying or β₂ that was tried gives them.",
  }));
};

export const realText: Experiment = {
  name: "real-text",
  part: "beyond",
  title: "Real text",
  summary:
    "Pairs of neighbouring GPT-2 tokens of two texts, the King James Bible and the Brown corpus, with V = 50304 and D = 32. " +
    "What counting says of them, how the loss of unseen pairs falls at rates of 0.01 and 0.03, and whether the lag of a run without warmup appears there. " +
    "The paper that the post cites (Kosson, Messmer and Jaggi 2024, arXiv 2410.23922) trained GPT-2 of 124M parameters with half a million tokens a batch, weight decay 0.1 and β₂ 0.95, " +
    "which is the regime where this model shows no lag; depth and attention are not tested here.",
  source: null,
  seeds: 3,
  sampledOver: "initialisations and draws; one text",
  corpora,
  conditions: conditionsOf,
  claims: () => [
    ...corpora.flatMap(countedClaims),
    ...batches.flatMap(rateClaims),
    ...batchClaims,
    passingClaim(kjvLabel),
    ...armClaims,
  ],
  figures: realTextFigures,
  comparisons,
  findings,
};
