/** How the learning rate decides how many dimensions the embedding keeps. */
import { at, type ClaimSpecification } from "../../analysis/claims.js";
import { curves, lastStep } from "../../analysis/series.js";
import { plotSize } from "../../figures/figure.js";
import { panel } from "../../figures/panel.js";
import { join } from "../../schedule/constructors.js";
import type { Experiment } from "../experiment.js";
import { base } from "./base.js";
import { collapsePost, matters, post, readingError, statedAt } from "./post.js";

const name = "representation-collapse";

/** n_eff of a centred Gaussian 100×100 matrix, by simulation. */
const gaussianStart = 60.15;
const raised = "lr 0.001 → 0.01 at 1500";
type Label = keyof typeof collapsePost;
const labels = ["lr 0.001", "lr 0.01", "lr 0.1", raised] as const satisfies Label[];

const dimension = (label: Label, step: number) =>
  at(label, "effectiveDimension", step, statedAt(collapsePost[label], step));

const near = (label: Label, step: number): ClaimSpecification => ({
  claim: "the effective dimensions are those of its plot",
  quantity: `n_eff at step ${step}, ${label}`,
  rule: "near",
  value: dimension(label, step),
  tolerance: readingError.effectiveDimension,
  matters: matters.effectiveDimension,
});
const larger =
  "the larger the learning rate, the more the representation collapses, also when it is raised midway";
const returning = "at a small learning rate the effective dimension falls first, and rises again";

export const representationCollapse: Experiment = {
  name,
  part: "post",
  title: "Representation collapse",
  summary:
    "V = D = 100. The effective dimension n_eff = exp(−Σ r ln r) of the embedding, r being the explained-variance ratios of its PCA. " +
    "A large learning rate collapses it within a hundred steps; a small one lets it fall and rise again; raising the rate midway collapses it then.",
  source: post,
  seeds: 5,
  sampledOver: "initialisations and draws",
  conditions() {
    const small = { ...base, vocabSize: 100, embeddingDim: 100 };
    return [
      ...[0.001, 0.01, 0.1].map((rate) => ({
        label: `lr ${rate}`,
        config: { ...small, learningRate: rate },
      })),
      { label: raised, config: { ...small, learningRate: join(0.001, 0.01, 1500) } },
    ];
  },
  claims: () => [
    {
      claim: larger,
      quantity: "n_eff at step 3000, lr 0.001 minus lr 0.01",
      rule: "order",
      smaller: dimension("lr 0.01", 3000),
      larger: dimension("lr 0.001", 3000),
    },
    {
      claim: larger,
      quantity: "n_eff at step 3000, lr 0.01 minus lr 0.1",
      rule: "order",
      smaller: dimension("lr 0.1", 3000),
      larger: dimension("lr 0.01", 3000),
    },
    {
      claim: larger,
      quantity: "fall of n_eff from step 1500 to step 3000 after the raise",
      rule: "order",
      smaller: dimension(raised, 3000),
      larger: dimension(raised, 1500),
    },
    {
      claim: returning,
      quantity: "rise of n_eff from step 400 to step 3000, lr 0.001",
      rule: "order",
      smaller: dimension("lr 0.001", 400),
      larger: dimension("lr 0.001", 3000),
    },
    near("lr 0.001", 0),
    near("lr 0.001", 400),
    near("lr 0.001", 3000),
    near("lr 0.01", 3000),
    near("lr 0.1", 3000),
    near(raised, 3000),
  ],
  figures: (runs) => [
    {
      name,
      caption:
        "Effective dimension of the embedding, V = D = 100: mean over seeds and a band of one standard deviation. Circles: the post.",
      panels: [
        panel({
          rows: curves(labels, runs, "effectiveDimension"),
          conditions: [...labels],
          stated: {
            by: post.name,
            curves: Object.fromEntries(
              Object.entries(collapsePost).filter(([label]) => runs.get(label)?.length),
            ),
          },
          rules: [{ label: `Gaussian matrix: ${gaussianStart}`, value: gaussianStart }],
          y: "effective dimension n_eff",
          ...plotSize.one,
          xDomain: [0, lastStep(runs)],
        }),
      ],
    },
  ],
};
