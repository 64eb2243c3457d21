/** The figures of what β is: the exponent over time, curves over rate × time, and β by batch. */
import { valuesOf } from "../analysis/claims.js";
import { localExponents } from "../analysis/localExponent.js";
import { overRateTime } from "../analysis/rateTime.js";
import { bandOf, type Runs, type SeriesRow } from "../analysis/series.js";
import { mean, meanInterval } from "../analysis/statistics.js";
import { type Figure, figureOf, type Spec } from "../figures/figure.js";
import { type IntervalPoint, intervalCurves } from "../figures/intervalCurves.js";
import { panel } from "../figures/panel.js";
import type { RunResult } from "../sweep/result.js";
import {
  betaOf,
  type Curve,
  curvesOf,
  gradientOf,
  labelOf,
  type Window,
  windowName,
} from "./betaWindowRuns.js";
import { post, scalingPost } from "./post.js";

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

const common = { width: 250, height: 220 };
const stepTicks = [100, 1000, 10_000];

function exponentFigure(runs: Runs, quick: boolean): Figure[] {
  const exponentPanel = (title: string, curves: Curve[], naming: Naming, postBeta?: number): Spec[] => {
    const rows = rowsOf(curves, runs, naming, (run) => localExponents(run, sliding));
    return rows.length === 0
      ? []
      : [
          panel({
            ...common,
            title,
            rows,
            conditions: curves.map(naming),
            ...(postBeta === undefined
              ? {}
              : { rules: [{ label: `β of the ${post.name}`, value: postBeta }] }),
            y: "local exponent β",
            yDomain: [-0.2, 1.8],
            log: { x: true },
            xDomain: [30, 40_000],
            xTickValues: stepTicks,
          }),
        ];
  };
  const postBeta = (vocabSize: number) =>
    scalingPost.find((it) => it.vocabSize === vocabSize && it.exponent === 1)?.beta;
  const panels = [
    ...[100, 1000].flatMap((vocabSize) =>
      exponentPanel(`V = ${vocabSize}, B = 128`, ofRates(quick, vocabSize), byRate, postBeta(vocabSize)),
    ),
    ...exponentPanel("V = 100, lr 0.001", ofBatches(quick), gradientOf),
  ];
  const caption =
    "β in windows whose last step is three times the first, over their middle: mean over seeds and a band of one standard deviation. " +
    "No curve has one exponent: it rises, stays for a while near what the post reads, and falls towards 0 as the rate's floor comes up.";
  return panels.length > 0 ? [{ name, caption, spec: figureOf(panels, 2) }] : [];
}

function collapseFigure(runs: Runs, quick: boolean): Figure[] {
  const panels = [100, 1000].flatMap((vocabSize): Spec[] => {
    const curves = ofRates(quick, vocabSize);
    const rows = rowsOf(curves, runs, byRate, overRateTime);
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
            xDomain: [0.01, 200],
            xTickValues: [0.01, 0.1, 1, 10, 100],
            yDomain: [0.004, 3],
          }),
        ];
  });
  const caption =
    "Excess loss over rate × step, both logarithmic: mean over seeds and a band of one standard deviation. Small rates walk one path, each at its own speed; " +
    "a curve leaves it, upwards, where the noise of its rate is as large as what is left to learn.";
  return panels.length > 0 ? [{ name: `${name}-collapse`, caption, spec: figureOf(panels, 2) }] : [];
}

function batchFigure(runs: Runs, quick: boolean): Figure[] {
  const curves = ofBatches(quick);
  const windows: Window[] = [
    [100, 300],
    [700, 2900],
  ];
  const exactAt = 8192;
  const points = windows.flatMap((window) =>
    curves.flatMap((curve): IntervalPoint[] => {
      const values = valuesOf(betaOf(curve, window), runs);
      if (values.length === 0) return [];
      const centre = mean(values);
      const [low, high] = meanInterval(values) ?? [centre, centre];
      return [{ series: windowName(window), x: curve.batchSize ?? exactAt, mean: centre, low, high }];
    }),
  );
  const spec = intervalCurves({
    ...common,
    points,
    series: windows.map(windowName),
    title: "V = 100, lr 0.001",
    x: `batch size B; at ${exactAt} the exact gradient`,
    xTicks: [32, 128, 512, 2048, exactAt],
    y: "β by least squares",
    log: { x: true },
  });
  const caption =
    "β by least squares over two windows of the same curves, by batch: means over seeds with 95 % intervals. What is read as an exponent of the task is one of the noise as well.";
  return spec ? [{ name: `${name}-batch`, caption, spec }] : [];
}

export const betaFigures = (runs: Runs, quick: boolean): Figure[] => [
  ...exponentFigure(runs, quick),
  ...collapseFigure(runs, quick),
  ...batchFigure(runs, quick),
];
