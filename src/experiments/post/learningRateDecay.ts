/** What a decaying learning rate gives at each embedding dimension. */
import { at, type ClaimSpecification, minus, type Quantity, valuesOf } from "../../analysis/claims.js";
import { lastStep, type Runs, series } from "../../analysis/series.js";
import { zipfMoments } from "../../analysis/zipfMoments.js";
import { type Figure, plotSize } from "../../figures/figure.js";
import { intervalCurves } from "../../figures/intervalCurves.js";
import { panel } from "../../figures/panel.js";
import { linearDecay } from "../../schedule/constructors.js";
import type { Experiment } from "../experiment.js";
import { intervalPoint } from "../intervalPoint.js";
import { base } from "./base.js";
import { decayPost, matters, post, readingError } from "./post.js";

const name = "learning-rate-decay";
const dimensionName = `${name}-dimension`;
const kinds = ["constant", "decayed"] as const;
type Kind = (typeof kinds)[number];
type Dimension = (typeof decayPost)[number];
const rates = { constant: 0.01, decayed: linearDecay(0.01, 0.001, 2000, 3000) };

const labelOf = ({ embeddingDim }: Dimension, kind: Kind): string => `D ${embeddingDim}, ${kind}`;
const dimensions = (quick: boolean): Dimension[] =>
  decayPost.filter(({ embeddingDim }) => !quick || embeddingDim <= 100);
/** Those with a run of either kind. */
const present = (runs: Runs, quick: boolean): Dimension[] =>
  dimensions(quick).filter((d) => kinds.some((kind) => runs.get(labelOf(d, kind))?.length));

export const learningRateDecay: Experiment = {
  name,
  part: "post",
  title: "Learning rate decay",
  summary:
    "V = 100, α = 1. A constant rate of 0.01 against the same rate decaying linearly to 0.001 over the last 1000 of 3000 steps. " +
    "The noise that a constant rate leaves grows with the dimension, and so does what the decay removes.",
  source: post,
  seeds: 5,
  sampledOver: "initialisations and draws",
  conditions: (quick) =>
    dimensions(quick).flatMap((d) =>
      kinds.map((kind) => ({
        label: labelOf(d, kind),
        config: { ...base, vocabSize: 100, embeddingDim: d.embeddingDim, learningRate: rates[kind] },
      })),
    ),
  claims(runs, quick) {
    const end = lastStep(runs);
    const shown = present(runs, quick);
    const loss = (d: Dimension, kind: Kind): Quantity => at(labelOf(d, kind), "loss", end, d[kind]);
    const gain = (d: Dimension): Quantity => minus(loss(d, "constant"), loss(d, "decayed"));
    const lower = "a decay of the learning rate lowers the final loss, the more the larger D is";
    const best = shown.find(({ embeddingDim }) => embeddingDim === 10);
    return [
      // at D = 1 the post sees no difference
      ...shown
        .filter(({ embeddingDim }) => embeddingDim > 1)
        .map(
          (d): ClaimSpecification => ({
            claim: lower,
            picture: { figure: name, panel: shown.length - 1 },
            quantity: `loss at step ${end}, constant minus decayed, D ${d.embeddingDim}`,
            rule: "order",
            smaller: loss(d, "decayed"),
            larger: loss(d, "constant"),
          }),
        ),
      ...shown.slice(1).map(
        (high, i): ClaimSpecification => ({
          claim: lower,
          quantity: `gain of the decay at D ${high.embeddingDim} minus that at D ${shown[i].embeddingDim}`,
          rule: "order",
          smaller: gain(shown[i]),
          larger: gain(high),
        }),
      ),
      ...shown.flatMap((d) =>
        kinds.map(
          (kind): ClaimSpecification => ({
            claim: "the final losses are those of its plot",
            picture: { figure: dimensionName },
            quantity: `loss at step ${end}, D ${d.embeddingDim}, ${kind} (entropy 3.681)`,
            rule: "near",
            value: loss(d, kind),
            tolerance: readingError.loss,
            matters: matters.loss,
          }),
        ),
      ),
      ...kinds.flatMap((kind) =>
        best === undefined
          ? []
          : shown
              .filter((d) => d !== best)
              .map(
                (d): ClaimSpecification => ({
                  claim: "D = 10 is the best dimension, with and without decay",
                  picture: { figure: dimensionName },
                  quantity: `loss at step ${end}, D ${d.embeddingDim} minus D 10, ${kind}`,
                  rule: "order",
                  smaller: loss(best, kind),
                  larger: loss(d, kind),
                }),
              ),
      ),
    ];
  },
  figures(runs, quick) {
    const end = lastStep(runs);
    const { entropy } = zipfMoments(100, 1);
    const panels = present(runs, quick).map((d) =>
      panel({
        title: `D = ${d.embeddingDim}`,
        rows: kinds.flatMap((kind) => series(kind, runs.get(labelOf(d, kind)), "loss")),
        conditions: [...kinds],
        stated: {
          by: post.name,
          curves: Object.fromEntries(kinds.map((kind) => [kind, [[end, d[kind]]]])),
        },
        rules: [{ label: "entropy 3.681", value: entropy }],
        y: "loss (nats)",
        ...plotSize.three,
        xDomain: [0, end],
        xTicks: 3,
        yDomain: [3.66, 4],
      }),
    );
    const caption =
      "Loss at lr 0.01, constant and decayed over the last 1000 steps: mean over seeds and a band of one standard deviation. Circles: the post's final losses.";
    const overDimensions = dimensionFigure(runs, quick, entropy);
    return panels.length > 0 ? [{ name, caption, panels, columns: 3 }, ...overDimensions] : overDimensions;
  },
};

/** The final loss over the dimension, beside the post's. */
function dimensionFigure(runs: Runs, quick: boolean, entropy: number): Figure[] {
  const shown = present(runs, quick);
  const end = lastStep(runs);
  const spec = intervalCurves({
    points: kinds.flatMap((kind) =>
      shown.flatMap((d) => [
        ...intervalPoint(kind, d.embeddingDim, valuesOf(at(labelOf(d, kind), "loss", end), runs)),
        ...[d[kind]].map((mean) => ({
          ...{ series: `${post.name}, ${kind}`, x: d.embeddingDim },
          ...{ mean, low: mean, high: mean },
        })),
      ]),
    ),
    series: [...kinds, ...kinds.map((kind) => `${post.name}, ${kind}`)],
    x: "embedding dimension D",
    y: "loss (nats)",
    ...plotSize.two,
    log: { x: true },
    xTicks: shown.map(({ embeddingDim }) => embeddingDim),
    rules: [{ label: `entropy ${entropy.toFixed(3)}`, value: entropy }],
  });
  const caption = `Loss at step ${end} over the embedding dimension: mean over seeds with its 95 % interval, and the post's single seed.`;
  return spec === undefined || shown.length < 2 ? [] : [{ name: dimensionName, caption, panels: [spec] }];
}
