/** What a single dimension can learn: tied, untied, and with a layernorm that passes on its bias alone. */
import { at, ofRun, type Quantity, valuesOf } from "../../analysis/claims.js";
import { curves, lastStep, type Runs, valueAt } from "../../analysis/series.js";
import { mean, standardDeviation } from "../../analysis/statistics.js";
import { zipfMoments } from "../../analysis/zipfMoments.js";
import {
  type DrawnRow,
  type Figure,
  type LegendEntry,
  plotSize,
  type Spec,
  withMeta,
} from "../../figures/figure.js";
import { type Curve, panel } from "../../figures/panel.js";
import { colourAt, dashes } from "../../figures/seriesLook.js";
import type { RunResult } from "../../sweep/result.js";
import type { Experiment } from "../experiment.js";
import { base } from "./base.js";
import { embeddingPost, post, readingError, statedAt } from "./post.js";
import { centreOf, lawCentre, lawEmbedding, lawExcess } from "./tiedScalarLaw.js";

const name = "embedding-1d";
const layernorm = "tied, layernorm";
const untiedLayernorm = "untied, layernorm";
const labels = ["tied", "untied", layernorm, untiedLayernorm];
const moments = zipfMoments(10, 1);
const postLosses: Record<string, Curve> = {
  tied: embeddingPost.tied.loss,
  untied: embeddingPost.untied.loss,
};

const loss = (label: string, step: number): Quantity =>
  at(label, "loss", step, statedAt(postLosses[label], step));
const excess = (label: string, step: number): Quantity => {
  const stated = statedAt(postLosses[label], step);
  return at(label, "excessLoss", step, stated === null ? null : stated - moments.entropy);
};

/** What the law makes of a run's final embedding; null where a run kept none. */
const lawOf = ({ finalEmbedding }: RunResult): number | null =>
  finalEmbedding && lawExcess(lawCentre(finalEmbedding, moments), moments);

export const embeddingOneDimensional: Experiment = {
  name,
  part: "post",
  title: "One dimension",
  summary:
    "V = 10, D = 1, lr 0.01. Untied weights come close to the entropy at once, tied ones creep towards it: a tied scalar has an excess loss of ½·(Var ln p)²/c⁴, " +
    "c being the level of its embedding, and c grows slowly. With a layernorm only the bias passes, and the entropy is reached exactly.",
  source: post,
  seeds: 5,
  sampledOver: "initialisations and draws",
  conditions() {
    const scalar = { ...base, vocabSize: 10, embeddingDim: 1, learningRate: 0.01, evaluateEvery: 20 };
    return [
      { label: "tied", config: scalar },
      { label: "untied", config: { ...scalar, tied: false } },
      { label: layernorm, config: { ...scalar, norm: "layernorm" } },
      { label: untiedLayernorm, config: { ...scalar, tied: false, norm: "layernorm" } },
    ];
  },
  claims(runs) {
    const end = lastStep(runs);
    const slower =
      "at D = 1 tied weights are slower than untied ones, and end slightly above the best loss, which those come close to";
    return [
      {
        claim: slower,
        picture: { figure: name, panel: 1 },
        quantity: `excess loss at step ${end}, tied minus untied`,
        rule: "order",
        smaller: excess("untied", end),
        larger: excess("tied", end),
      },
      {
        claim: slower,
        quantity: "excess loss at step 300, tied minus untied",
        rule: "order",
        smaller: excess("untied", 300),
        larger: excess("tied", 300),
      },
      ...["tied", "untied"].map((label) => ({
        claim: "the losses at D = 1 are those of its plot",
        picture: { figure: name },
        quantity: `loss at step ${end}, ${label} (entropy 1.994)`,
        rule: "near" as const,
        value: loss(label, end),
        tolerance: readingError.loss,
        matters: 2 * readingError.loss,
      })),
      ...[layernorm, untiedLayernorm].map((label) => ({
        claim:
          "with a layernorm after the embedding the best loss is reached at D = 1, tied or not, as far as Adam's noise lets it",
        picture: { figure: name, panel: 1 },
        quantity: `excess loss at step ${end}, ${label}`,
        rule: "below" as const,
        value: excess(label, end),
        bound: 0.003,
        origin: "half of the post's tied gap; Adam at lr 0.01 keeps a noise of about 0.001",
      })),
      {
        whose: "ours",
        claim: "the tied gap is what ½·(Var ln p)²/c⁴ says of it, within a factor of 2: it closes as c grows",
        quantity: `excess loss at step ${end} over the law's value at the final c`,
        rule: "below",
        value: ofRun("tied", (run) => {
          const [measured, law] = [valueAt(run, "excessLoss", end), lawOf(run)];
          return measured === null || law === null ? null : measured / law;
        }),
        bound: 2,
        origin: "the law's value plus as much again for Adam's noise",
      },
    ];
  },
  figures(runs) {
    const kept = (runs.get("tied") ?? []).flatMap(({ finalEmbedding }) =>
      finalEmbedding ? [finalEmbedding] : [],
    );
    return [lossFigure(runs), ...(kept.length > 0 ? [embeddingFigure(kept)] : [])];
  },
};

function lossFigure(runs: Runs): Figure {
  const end = lastStep(runs);
  const present = labels.filter((label) => runs.get(label)?.length);
  const law = valuesOf(ofRun("tied", lawOf), runs).filter(Number.isFinite);
  const [entropyLine, lawLine] = ["entropy 1.994", "½(Var ln p)²/c⁴ at the final c"];
  const common = { conditions: present, references: [entropyLine, lawLine], ...plotSize.two };
  return {
    name,
    caption:
      "Loss at V = 10, D = 1, lr 0.01: mean over seeds and a band of one standard deviation. Circles: the post, one seed. Then the excess loss, which is the same above the entropy, with the exact law of the tied gap.",
    panels: [
      panel({
        ...common,
        rows: curves(present, runs, "loss"),
        stated: {
          by: post.name,
          curves: Object.fromEntries(Object.entries(postLosses).filter(([label]) => present.includes(label))),
        },
        rules: [{ label: entropyLine, value: moments.entropy }],
        y: "loss (nats)",
        xDomain: [0, end],
        xTicks: 4,
        yDomain: [1.98, 2.7],
      }),
      panel({
        ...common,
        rows: curves(present, runs, "excessLoss"),
        rules: law.length ? [{ label: lawLine, value: mean(law) }] : [],
        y: "excess loss (nats)",
        log: { x: true, y: true },
        xDomain: [20, end],
        yDomain: [1e-4, 1],
      }),
    ],
    columns: 2,
  };
}

/** `embeddings`: one a seed. */
function embeddingFigure(embeddings: readonly number[][]): Figure {
  const levels = embeddings.map((embedding) => {
    const sign = centreOf(embedding, moments) < 0 ? -1 : 1;
    return embedding.map((e) => sign * e);
  });
  const predicted = lawEmbedding(mean(embeddings.map((embedding) => lawCentre(embedding, moments))), moments);
  const dots = predicted.map((law, i) => {
    const values = levels.map((level) => level[i]);
    const [centre, spread] = [mean(values), standardDeviation(values)];
    return {
      token: i + 1,
      mean: centre,
      low: centre - spread,
      high: centre + spread,
      law,
      post: embeddingPost.tied.embedding[i],
    };
  });
  const [measured, law] = ["measured, mean ± sd", "c + (ln p + H)/c"];
  const x = { field: "token", type: "ordinal", axis: { title: "token, by rank", labelAngle: 0 } };
  const y = (field: string): Spec => ({
    field,
    type: "quantitative",
    scale: { zero: false },
    axis: { title: "embedding E", tickCount: 5 },
  });
  const open = { type: "point", filled: false, size: 60, strokeWidth: 1.8, opacity: 1 };
  const ours = { value: colourAt(0) };
  const legend: LegendEntry[] = [
    { label: measured, colour: colourAt(0), stroke: 2, point: { shape: "circle", filled: true } },
    { label: law, colour: colourAt(1), stroke: 2, dash: dashes[1] },
    { label: post.name, colour: "ink", point: { shape: "diamond", filled: false } },
  ];
  const row = (kind: string, series: string, token: number, value: number): DrawnRow => ({
    ...{ kind, series, xName: "token, by rank", x: token, yName: "embedding E", mean: value },
    ...{ low: null, high: null },
  });
  const panel = {
    ...plotSize.one,
    data: { values: dots },
    layer: [
      {
        mark: { type: "line", strokeWidth: 2, strokeDash: dashes[1], color: colourAt(1) },
        encoding: { x, y: y("law") },
      },
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { x, y: y("low"), y2: { field: "high" }, color: ours },
      },
      {
        mark: { type: "point", shape: "circle", filled: true, size: 55, opacity: 1 },
        encoding: { x, y: y("mean"), color: ours },
      },
      {
        mark: { ...open, style: "ink", shape: "diamond" },
        encoding: { x, y: y("post") },
      },
    ],
  };
  return {
    name: `${name}-embedding`,
    caption:
      "The tied embedding after training, token by token, its sign made positive; the law's prediction at the measured c; the post's values.",
    panels: [
      withMeta(panel, {
        legend,
        rows: dots.flatMap(({ token, mean: centre, low, high, law: predicted, post: stated }) => [
          { ...row("measured", measured, token, centre), low, high },
          row("law", law, token, predicted),
          row(post.name, post.name, token, stated),
        ]),
      }),
    ],
  };
}
