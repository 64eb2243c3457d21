/** The figures of what β is: the exponent over time, curves over rate × time, and β by batch. */
import { localExponents } from "../../analysis/localExponent.js";
import { overRateTime } from "../../analysis/rateTime.js";
import { bandOf, type Runs, type SeriesRow } from "../../analysis/series.js";
import { type Figure, plotSize, type Spec } from "../../figures/figure.js";
import { panel } from "../../figures/panel.js";
import type { RunResult } from "../../sweep/result.js";
import { post, scalingPost } from "../post/post.js";
import { type Curve, curvesOf, gradientOf, labelOf } from "./betaWindowRuns.js";

const name = "beta-window";

/** A window of a third of a decade is narrow enough for a bend, and wide enough for a slope. */
const sliding = { factor: 3, perDecade: 10, from: 20 };

/** What tells the curves of a panel apart. */
type Naming = (curve: Curve) => string;
const byRate: Naming = ({ rate }) => `lr ${rate}`;

const rowsOf = (
  curves: readonly Curve[],
  runs: Runs,
  naming: Naming,
  read: (run: RunResult) => { step: number; value: number }[],
): SeriesRow[] =>
  curves.flatMap((curve) => bandOf(naming(curve), (runs.get(labelOf(curve)) ?? []).map(read)));

const ofRates = (quick: boolean, vocabSize: number): Curve[] =>
  curvesOf(quick)
    .filter((it) => it.vocabSize === vocabSize && it.batchSize === 128)
    .sort((a, b) => a.rate - b.rate);
const ofBatches = (quick: boolean): Curve[] =>
  curvesOf(quick)
    .filter((it) => it.vocabSize === 100 && it.rate === 0.001 && !it.peaked)
    .sort((a, b) => (a.batchSize ?? Number.POSITIVE_INFINITY) - (b.batchSize ?? Number.POSITIVE_INFINITY));

/** Nothing is learnt before this rate × step. */
const collapseFrom = 0.01;
const common = { ...plotSize.two };
const stepTicks = [100, 1000, 10_000];

/** A panel of local exponents; none without runs. */
function exponentPanel(
  title: string,
  curves: Curve[],
  naming: Naming,
  runs: Runs,
  postBeta?: number,
): Spec[] {
  const rows = rowsOf(curves, runs, naming, (run) => localExponents(run, sliding));
  if (rows.length === 0) return [];
  return [
    panel({
      ...common,
      title,
      rows,
      conditions: curves.map(naming),
      ...(postBeta === undefined ? {} : { rules: [{ label: `β of the ${post.name}`, value: postBeta }] }),
      y: "local exponent β",
      yDomain: [-0.2, 1.8],
      log: { x: true },
      xDomain: [30, 40_000],
      xTickValues: stepTicks,
    }),
  ];
}

const postBetaOf = (vocabSize: number) =>
  scalingPost.find((it) => it.vocabSize === vocabSize && it.exponent === 1)?.beta;

const told =
  "β in windows whose last step is three times the first, over their middle: mean over seeds and a band of one standard deviation. ";

function exponentFigure(runs: Runs, quick: boolean): Figure[] {
  const panels = [100, 1000].flatMap((vocabSize) =>
    exponentPanel(
      `V = ${vocabSize}, B = 128`,
      ofRates(quick, vocabSize),
      byRate,
      runs,
      postBetaOf(vocabSize),
    ),
  );
  const caption = `${told}No curve has one exponent: it rises, stays for a while near what the post reads, and falls, the earlier the larger the rate, as the floor of that rate comes up.`;
  return panels.length > 0 ? [{ name, caption, panels: panels, columns: 2 }] : [];
}

function collapseFigure(runs: Runs, quick: boolean): Figure[] {
  const panels = [100, 1000].flatMap((vocabSize): Spec[] => {
    const curves = ofRates(quick, vocabSize);
    const rows = rowsOf(curves, runs, byRate, (run) =>
      overRateTime(run).filter(({ step }) => step >= collapseFrom),
    );
    return rows.length === 0
      ? []
      : [
          panel({
            ...common,
            title: `V = ${vocabSize}, B = 128`,
            rows,
            conditions: curves.map(byRate),
            y: "excess loss (nats)",
            xTitle: "rate × step",
            log: { x: true, y: true },
            xDomain: [collapseFrom, 200],
            xTickValues: [collapseFrom, 0.1, 1, 10, 100],
            yDomain: [0.004, 3],
          }),
        ];
  });
  const caption =
    "Excess loss over rate × step, both logarithmic: mean over seeds and a band of one standard deviation. Small rates walk one path, each at its own speed; " +
    "a curve leaves it, upwards, where the noise of its rate is as large as what is left to learn.";
  return panels.length > 0 ? [{ name: `${name}-collapse`, caption, panels: panels, columns: 2 }] : [];
}

function batchFigure(runs: Runs, quick: boolean): Figure[] {
  const curves = ofBatches(quick);
  const title = "V = 100, lr 0.001";
  const rows = rowsOf(curves, runs, gradientOf, ({ records }) =>
    records.flatMap(({ step, excessLoss }) =>
      excessLoss === null || step < 10 ? [] : [{ step, value: excessLoss }],
    ),
  );
  const panels = [
    ...(rows.length === 0
      ? []
      : [
          panel({
            ...common,
            title,
            rows,
            conditions: curves.map(gradientOf),
            y: "excess loss (nats)",
            log: { x: true, y: true },
            xDomain: [10, 60_000],
            xTickValues: [10, ...stepTicks],
          }),
        ]),
    ...exponentPanel(title, curves, gradientOf, runs),
  ];
  const caption = `Excess loss by batch, and beside it ${told}Early, β grows with the batch; late, all batches have one β, and the exact gradient another: what is read as an exponent of the task is one of the noise as well.`;
  return panels.length > 0 ? [{ name: `${name}-batch`, caption, panels: panels, columns: 2 }] : [];
}

export const betaFigures = (runs: Runs, quick: boolean): Figure[] => [
  ...exponentFigure(runs, quick),
  ...collapseFigure(runs, quick),
  ...batchFigure(runs, quick),
];
