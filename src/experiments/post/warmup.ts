/** What a warmup does: at a language model's vocabulary, and to the effective dimension of a small model. */
import { at, type ClaimSpecification, type Quantity, valuesOf } from "../../analysis/claims.js";
import { curves, lastStepOf, type Runs } from "../../analysis/series.js";
import { type Figure, plotSize } from "../../figures/figure.js";
import { panel } from "../../figures/panel.js";
import { warmup as warmupTo } from "../../schedule/constructors.js";
import type { RunResult } from "../../sweep/result.js";
import type { Condition, Experiment } from "../experiment.js";
import { base } from "./base.js";
import { post, readingError, warmupPost } from "./post.js";

const name = "warmup";
const dimensionName = `${name}-dimension`;

/** The rate of the large model, the steps it takes to warm up to it, and the step of the early comparison. */
const rate = 0.03;
const warmupSteps = 200;
const totalSteps = 400;
const earlyStep = 25;
const large = { without: "no warmup", with: `${warmupSteps} steps of warmup` };
const largeLabels = [large.without, large.with];

const smallWarmup = 500;
const smallRates = [0.01, 0.1];
const small = (r: number, warm: boolean): string => (warm ? `lr ${r}, warmup ${smallWarmup}` : `lr ${r}`);
const smallLabels = smallRates.flatMap((r) => [small(r, false), small(r, true)]);

const runsOf = (runs: Runs, labels: readonly string[]): RunResult[] =>
  labels.flatMap((label) => runs.get(label) ?? []);
const excess = (label: string, step: number): Quantity => at(label, "excessLoss", step);

/** The entropy of the large model's tokens, from the first evaluation that has both losses. */
const entropy: Quantity = {
  of(runs) {
    const run = runs.get(large.without) ?? runs.get(large.with);
    const record = run?.records.find(({ loss, excessLoss }) => loss !== null && excessLoss !== null);
    return record ? (record.loss as number) - (record.excessLoss as number) : null;
  },
  stated: warmupPost.entropy,
};

function largeClaims(runs: Runs): ClaimSpecification[] {
  const [first] = runsOf(runs, largeLabels);
  if (!first) return [];
  const { vocabSize, embeddingDim, steps: end } = first.config;
  const place = `V ${vocabSize}, D ${embeddingDim}, lr ${rate}`;
  // of a smaller vocabulary the post says nothing
  const whose = vocabSize === warmupPost.vocabSize ? {} : { whose: "ours" };
  const crossing = "without warmup the loss falls faster at first, and later more slowly than with it";
  return [
    ...(vocabSize === warmupPost.vocabSize
      ? [
          {
            claim: "the unigram entropy of 50304 Zipf tokens is 7.57",
            quantity: "entropy (nats)",
            rule: "exact" as const,
            value: entropy,
            tolerance: readingError.entropy,
          },
        ]
      : []),
    {
      ...whose,
      claim: crossing,
      quantity: `excess loss at step ${earlyStep}, warmup minus no warmup, ${place}`,
      rule: "order",
      smaller: excess(large.without, earlyStep),
      larger: excess(large.with, earlyStep),
    },
    {
      ...whose,
      claim: crossing,
      quantity: `excess loss at step ${end}, no warmup minus warmup, ${place}`,
      rule: "order",
      smaller: excess(large.with, end),
      larger: excess(large.without, end),
    },
  ];
}

function smallClaims(runs: Runs): ClaimSpecification[] {
  const end = lastStepOf(runsOf(runs, smallLabels));
  return smallRates.flatMap((r): ClaimSpecification[] => {
    const [cold, warm] = [small(r, false), small(r, true)];
    const place = `V = D = 100, lr ${r}`;
    return [
      {
        whose: "ours",
        claim: "warmup keeps a higher effective dimension",
        picture: { figure: dimensionName },
        quantity: `n_eff at step ${end}, warmup minus none, ${place}`,
        rule: "order",
        smaller: at(cold, "effectiveDimension", end),
        larger: at(warm, "effectiveDimension", end),
      },
      {
        whose: "ours",
        claim: "warmup lowers the final excess loss",
        picture: { figure: dimensionName, panel: 1 },
        quantity: `excess loss at step ${end}, none minus warmup, ${place}`,
        rule: "order",
        smaller: excess(warm, end),
        larger: excess(cold, end),
      },
    ];
  });
}

/** What the panels of a figure share. */
const commonOf = (labels: string[], end: number) => ({
  conditions: labels,
  ...plotSize.two,
  xDomain: [0, end] as [number, number],
  xTicks: 4,
});

function largeFigure(runs: Runs): Figure[] {
  const [first] = runsOf(runs, largeLabels);
  if (!first) return [];
  const common = commonOf(largeLabels, first.config.steps);
  const [known] = valuesOf(entropy, runs);
  return [
    {
      name,
      caption: `Loss at V = ${first.config.vocabSize}, D = 100, lr ${rate}, from the first step and after ${warmupSteps} steps of linear warmup: mean over seeds and a band of one standard deviation.`,
      panels: [
        panel({
          ...common,
          rows: curves(largeLabels, runs, "loss"),
          rules: known === undefined ? [] : [{ label: `unigram entropy ${known.toFixed(3)}`, value: known }],
          y: "loss (nats)",
        }),
        panel({
          ...common,
          rows: curves(largeLabels, runs, "excessLoss"),
          y: "excess loss (nats)",
        }),
      ],
      columns: 2,
    },
  ];
}

function smallFigure(runs: Runs): Figure[] {
  const own = runsOf(runs, smallLabels);
  if (own.length === 0) return [];
  const common = commonOf(smallLabels, lastStepOf(own));
  return [
    {
      name: dimensionName,
      caption: `V = D = 100, with and without ${smallWarmup} steps of linear warmup: effective dimension of the embedding and excess loss, mean over seeds and a band of one standard deviation.`,
      panels: [
        panel({
          ...common,
          rows: curves(smallLabels, runs, "effectiveDimension"),
          y: "effective dimension n_eff",
        }),
        panel({
          ...common,
          rows: curves(smallLabels, runs, "excessLoss"),
          y: "excess loss (nats)",
          log: { y: true },
          yDomain: [0.03, 1],
        }),
      ],
      columns: 2,
    },
  ];
}

export const warmup: Experiment = {
  name,
  part: "post",
  title: "Warmup",
  summary:
    `What a warmup does to the loss at a language model's vocabulary. V = 50304, D = 100 (a smaller V in the quick profile), a rate of ${rate} from the first step ` +
    `against the same rate after ${warmupSteps} steps of linear warmup. In these ${totalSteps} steps the loss never comes near the entropy: whether a run sticks there is asked beyond the post, in sticky-plateau and real-text. Then V = D = 100: what ${smallWarmup} steps of warmup do to the effective dimension and to the final excess loss.`,
  source: post,
  seeds: 5,
  sampledOver: "initialisations and draws",
  conditions(quick) {
    // more than half of the seconds that a seed of the whole post takes
    const costly = quick ? {} : { seeds: 2 };
    const model: Condition["config"] = {
      ...base,
      vocabSize: quick ? 2000 : warmupPost.vocabSize,
      embeddingDim: 100,
      steps: totalSteps,
      evaluateEvery: 25,
      evaluation: { kind: "stratified", exactInputs: 256, sampledInputs: 256 },
      spectrum: false,
    };
    return [
      { label: large.without, config: { ...model, learningRate: rate }, ...costly },
      { label: large.with, config: { ...model, learningRate: warmupTo(rate, warmupSteps) }, ...costly },
      ...smallRates.flatMap((r) => {
        const config = { ...base, vocabSize: 100, embeddingDim: 100 };
        return [
          { label: small(r, false), config: { ...config, learningRate: r } },
          { label: small(r, true), config: { ...config, learningRate: warmupTo(r, smallWarmup) } },
        ];
      }),
    ];
  },
  claims: (runs) => [...largeClaims(runs), ...smallClaims(runs)],
  figures: (runs) => [...largeFigure(runs), ...smallFigure(runs)],
};
