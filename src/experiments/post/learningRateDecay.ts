/** What a decaying learning rate gives at each embedding dimension. */
import { at, type ClaimSpecification, minus, type Quantity } from "../../analysis/claims.js";
import { lastStep, type Runs, series } from "../../analysis/series.js";
import { zipfMoments } from "../../analysis/zipfMoments.js";
import { plotSize } from "../../figures/figure.js";
import { panel } from "../../figures/panel.js";
import { linearDecay } from "../../schedule/constructors.js";
import type { Experiment } from "../experiment.js";
import { base } from "./base.js";
import { decayPost, post, readingError } from "./post.js";

const name = "learning-rate-decay";
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
  seeds: 3,
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
    const best = shown.find(({ embeddingDim }) => embeddingDim === 10);
    return [
      ...shown.flatMap((d) =>
        kinds.map(
          (kind): ClaimSpecification => ({
            claim: `the loss ends at ${d[kind]} at D = ${d.embeddingDim}, lr ${kind}`,
            quantity: `loss at step ${end}, D ${d.embeddingDim}, ${kind} (entropy 3.681)`,
            rule: "near",
            value: loss(d, kind),
            tolerance: readingError.loss,
          }),
        ),
      ),
      // at D = 1 the post sees no difference
      ...shown
        .filter(({ embeddingDim }) => embeddingDim > 1)
        .map(
          (d): ClaimSpecification => ({
            claim: "learning rate decay lowers the final loss",
            quantity: `loss at step ${end}, constant minus decayed, D ${d.embeddingDim}`,
            rule: "order",
            smaller: loss(d, "decayed"),
            larger: loss(d, "constant"),
          }),
        ),
      ...shown.slice(1).map(
        (high, i): ClaimSpecification => ({
          claim: "decay helps more the larger D is",
          quantity: `gain of the decay at D ${high.embeddingDim} minus that at D ${shown[i].embeddingDim}`,
          rule: "order",
          smaller: gain(shown[i]),
          larger: gain(high),
        }),
      ),
      ...kinds.flatMap((kind) =>
        best === undefined
          ? []
          : shown
              .filter((d) => d !== best)
              .map(
                (d): ClaimSpecification => ({
                  claim: `D = 10 is the best dimension, lr ${kind}`,
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
    return panels.length > 0 ? [{ name, caption, panels: panels, columns: 3 }] : [];
  },
};
