/** What the unigram saddle draws: the descents, the statistics over rates, and the escape of gradient descent. */
import { type Quantity, valuesOf } from "../../analysis/claims.js";
import { mutualInformation } from "../../analysis/mutualInformation.js";
import { levels, pauseRatio, pauseWidth, RELAXATION, rateSum } from "../../analysis/saddle.js";
import { type Observable, type Runs, type SeriesRow, series } from "../../analysis/series.js";
import { type Figure, plotSize, type Spec } from "../../figures/figure.js";
import { type IntervalPoint, intervalCurves } from "../../figures/intervalCurves.js";
import { type PanelOptions, panel } from "../../figures/panel.js";
import type { RunResult } from "../../sweep/result.js";
import { intervalPoint } from "../intervalPoint.js";
import {
  type ArmName,
  descentLabel,
  descentRate,
  labelOf,
  noises,
  rate,
  rates,
  timeOfEscape,
} from "./unigramSaddleRuns.js";

const name = "unigram-saddle";
const levelTitle = "(loss − unigram entropy) / I";
/** Legend entries, the same in all panels: what is no std starts from 0.001 too. */
const legends: Partial<Record<ArmName, string>> = {
  "std 0.001": "std 0.001",
  "std 0.02": "std 0.02",
  "std D^-1/2": "std D^-1/2",
  "β₂ 0.95": "β₂ 0.95",
  Signum: "Signum",
  "moments reset": "moments reset",
};
type Entry = [arm: ArmName, legend: string];
const entries = Object.entries(legends) as Entry[];
const [small, medium, usual, ...others] = entries;

/** The runs with what depends on the data's I in units of it. */
const inInformation = (runs: readonly RunResult[] = []): RunResult[] =>
  runs.flatMap((run) => {
    const information = mutualInformation(run);
    const share = (x: number | null | undefined) => (typeof x === "number" ? x / Number(information) : null);
    const records = run.records.map((record) => ({
      ...record,
      unigramExcess: share(record.unigramExcess),
      inputDependence: share(record.inputDependence),
    }));
    return information === null ? [] : [{ ...run, records }];
  });

const rowsOf = (legend: string, label: string, runs: Runs, observable: Observable) =>
  series(legend, inInformation(runs.get(label)), observable);

const entropyRules = [
  { label: "unigram entropy H", value: 0 },
  { label: "floor H − I", value: -1 },
];
const end = 1000;

function curvesFigure(runs: Runs): Figure[] {
  const shown = entries.filter(([arm]) => inInformation(runs.get(labelOf(arm))).length > 0);
  const drawn = (those: readonly Entry[], observable: Observable): SeriesRow[] =>
    those.flatMap(([arm, legend]) => rowsOf(legend, labelOf(arm), runs, observable));
  const draw = (
    title: string,
    rows: SeriesRow[],
    more: Pick<PanelOptions, "y" | "rules" | "yDomain">,
  ): Spec[] =>
    rows.length === 0
      ? []
      : [
          panel({
            ...more,
            title,
            rows: rows.filter(({ step }) => step <= end),
            conditions: shown.map(([, legend]) => legend),
            ...plotSize.two,
            xDomain: [0, end],
            xTicks: 5,
          }),
        ];
  const about = { y: levelTitle, rules: entropyRules, yDomain: [-1, 1] as [number, number] };
  const panels = [
    ...draw("Initial weights", drawn([small, medium, usual], "unigramExcess"), about),
    ...draw("Memory of the optimizer, std 0.001", drawn([small, ...others], "unigramExcess"), about),
    ...draw("Dependence on the input, std 0.001", drawn([small], "inputDependence"), {
      y: "J / I",
      yDomain: [0, 1],
    }),
    ...draw("Effective dimension, std 0.001", drawn([small], "effectiveDimension"), {
      y: "effective dimension n_eff",
    }),
  ];
  const caption =
    `Descents from small weights and from weights of D^-1/2, and with a shorter memory of Adam's moments (reset where L = H, or short from the start): do they stop about the unigram entropy? Exact gradients, lr ${rate}: ` +
    "loss above the unigram entropy in units of the mutual information, mean over drawings of the data and a band of one standard deviation. " +
    "Below, from small weights: how much predictions depend on inputs, and the effective dimension of the embedding.";
  return panels.length > 0 ? [{ name, caption, panels: panels, columns: 2 }] : [];
}

function ratesFigure(runs: Runs): Figure[] {
  // a mean over the few runs of a setting that are monotone would be one over a selection
  const most = (own: readonly RunResult[], measure: (run: RunResult) => number | null): number[] => {
    const values = own.map(measure).filter((x) => x !== null);
    return 2 * values.length >= own.length ? values : [];
  };
  const pointsOf = (measure: (run: RunResult) => number | null) =>
    entries.flatMap(([arm, legend]) =>
      rates.flatMap((lr) => intervalPoint(legend, lr, most(runs.get(labelOf(arm, lr)) ?? [], measure))),
    );
  const [ratios, widths] = [pointsOf(pauseRatio), pointsOf(pauseWidth)];
  // at a single rate there is no line to draw
  const isLine = (legend: string) =>
    new Set(widths.flatMap(({ series, x }) => (series === legend ? x : []))).size > 1;
  const lines = entries.map(([, legend]) => legend).filter(isLine);
  const on = (points: IntervalPoint[]) => points.filter(({ series }) => lines.includes(series));
  if (lines.length === 0) return [];
  const common = {
    series: lines,
    x: "learning rate",
    xTicks: [...rates],
    ...plotSize.two,
    log: { x: true },
    zero: true,
  };
  const rules = [{ label: "plain relaxation", value: RELAXATION }];
  return [
    {
      name: `${name}-rates`,
      caption:
        "How long the loss stays about the unigram entropy, over the learning rate: left in units of the descent behind it (S), right as a sum of rates (W, from H + I/4 to H − I/4). " +
        "Mean over drawings of the data whose loss is monotone there, with 95 % intervals; not shown where it is so in less than half of them.",
      panels: [
        intervalCurves({
          ...common,
          points: on(ratios),
          y: "S, pause over descent",
          title: "Pause over descent",
          rules,
        }),
        intervalCurves({ ...common, points: on(widths), y: "W, sum of rates", title: "Width of the pause" }),
      ].filter((spec) => spec !== undefined),
      columns: 2,
    },
  ];
}

function escapeFigure(runs: Runs): Figure[] {
  const shown = noises.map((noise) => ({ noise, values: valuesOf(timeOfEscape(noise), runs) }));
  const points = shown.flatMap(({ noise, values }) => intervalPoint("mean", 1 / noise, values));
  if (points.length === 0) return [];
  const seeds = [...new Set([...runs.values()].flat().map(({ config }) => config.seed))];
  const single = (quantity: Quantity, seed: number): number | null => {
    const own = [...runs].flatMap(([label, all]) => {
      const run = all.find(({ config }) => config.seed === seed);
      return run ? [[label, run] as const] : [];
    });
    return quantity.of(new Map(own));
  };
  const [seed] = seeds;
  const curves = [...noises, 0].map((noise) => ({
    legend: `σ = ${noise}`,
    run: runs.get(descentLabel(noise))?.find(({ config }) => config.seed === seed),
  }));
  const rows = curves.flatMap(({ legend, run }) =>
    run
      ? levels(run).map(({ step, level }) => ({
          condition: legend,
          step: rateSum(run.config.learningRate, step),
          mean: level,
          low: level,
          high: level,
        }))
      : [],
  );
  return [
    {
      name: `${name}-escape`,
      caption: `Gradient descent (lr ${descentRate}) from the unigram solution of rank 1 with noise σ on it: at a saddle each factor of 10 less noise delays the escape by the same sum of rates. Left: one drawing of the data. Right: the sum of rates at which the loss is I/20 below that of the run without noise; thin lines are drawings, the thick one their mean with a 95 % interval.`,
      panels: [
        panel({
          title: "One drawing",
          rows,
          conditions: curves.filter(({ run }) => run).map(({ legend }) => legend),
          rules: entropyRules.slice(0, 1),
          y: levelTitle,
          xTitle: "sum of rates τ",
          ...plotSize.two,
          xTicks: 5,
        }),
        intervalCurves({
          points,
          series: ["mean"],
          seeds: seeds.flatMap((own) =>
            noises.flatMap((noise) => {
              const value = single(timeOfEscape(noise), own);
              return value === null ? [] : [{ seed: own, x: 1 / noise, value }];
            }),
          ),
          x: "1/σ",
          xTicks: noises.map((noise) => 1 / noise),
          y: "escape time τ",
          title: "Time of escape",
          ...plotSize.two,
          log: { x: true },
          zero: true,
        }),
      ].filter((spec) => spec !== undefined),
      columns: 2,
    },
  ];
}

export const saddleFigures = (runs: Runs): Figure[] => [
  ...curvesFigure(runs),
  ...ratesFigure(runs),
  ...escapeFigure(runs),
];
