/** What the unigram saddle draws: the descents, the statistics over rates, and the escape of gradient descent. */
import { type Quantity, valuesOf } from "../analysis/claims.js";
import {
  levels,
  mutualInformation,
  pauseRatio,
  pauseWidth,
  RELAXATION,
  rateSum,
} from "../analysis/saddle.js";
import { type Observable, type Runs, type SeriesRow, series } from "../analysis/series.js";
import { mean, meanInterval } from "../analysis/statistics.js";
import { type Figure, figureOf, type Spec } from "../figures/figure.js";
import { type MeasuredPoint, measuredLines } from "../figures/measuredLines.js";
import { type PanelOptions, panel } from "../figures/panel.js";
import type { RunResult } from "../sweep/result.js";
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
const levelTitle = "(L − H) / I";
/** Legend entries, the same in all panels. */
const legends: Partial<Record<ArmName, string>> = {
  "std 0.001": "std 0.001",
  "std 0.02": "std 0.02",
  "std D^-1/2": "std D^-1/2",
  "β₂ 0.95": "std 0.001, β₂ 0.95",
  Signum: "std 0.001, Signum",
  "moments reset": "std 0.001, moments reset at L = H",
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
            rows: rows.filter(
              ({ step, high }) => step <= end && high <= (more.yDomain?.[1] ?? Number.POSITIVE_INFINITY),
            ),
            conditions: shown.map(([, legend]) => legend),
            width: 260,
            height: 190,
            xDomain: [0, end],
            xTicks: 5,
          }),
        ];
  const about = { y: levelTitle, rules: entropyRules, yDomain: [-1, 1] as [number, number] };
  const panels = [
    ...draw("Initial weights", drawn([small, medium, usual], "unigramExcess"), about),
    ...draw("Memory of the optimizer", drawn([small, ...others], "unigramExcess"), about),
    ...draw("Dependence on the input", drawn([small], "inputDependence"), { y: "J / I" }),
    ...draw("Effective dimension", drawn([small], "effectiveDimension"), { y: "n_eff" }),
  ];
  const caption =
    `From small weights the loss stops about the unigram entropy, from weights of D^-1/2 it runs through it, and without the memory of Adam's moments the stop is short. Exact gradients, lr ${rate}: ` +
    "loss above the unigram entropy in units of the mutual information, mean over drawings of the data and a band of one standard deviation. " +
    "Below, from small weights: how much predictions depend on inputs, and the effective dimension of the embedding, which is least at the stop.";
  return panels.length > 0 ? [{ name, caption, spec: figureOf(panels, 2) }] : [];
}

/** Mean and 95 % interval of what seeds have. */
function pointOf(line: string, x: number, values: readonly number[]): MeasuredPoint[] {
  if (values.length === 0) return [];
  const [low, high] = meanInterval(values) ?? [mean(values), mean(values)];
  return [{ line, x, mean: mean(values), low, high }];
}

function ratesFigure(runs: Runs): Figure[] {
  const pointsOf = (measure: (run: RunResult) => number | null) =>
    entries.flatMap(([arm, legend]) =>
      rates.flatMap((lr) =>
        pointOf(
          legend,
          lr,
          (runs.get(labelOf(arm, lr)) ?? []).map(measure).filter((x) => x !== null),
        ),
      ),
    );
  const [ratios, widths] = [pointsOf(pauseRatio), pointsOf(pauseWidth)];
  // at a single rate there is no line to draw
  const isLine = (legend: string) =>
    new Set(widths.flatMap(({ line, x }) => (line === legend ? x : []))).size > 1;
  const lines = entries.map(([, legend]) => legend).filter(isLine);
  const on = (points: MeasuredPoint[]) => points.filter(({ line }) => lines.includes(line));
  if (lines.length === 0) return [];
  const common = { lines, x: "learning rate" };
  const rules = [{ label: "plain relaxation", value: RELAXATION }];
  return [
    {
      name: `${name}-rates`,
      caption:
        "How long the loss stays about the unigram entropy, over the learning rate: left in units of the descent behind it (S), right as a sum of rates (W, from H + I/4 to H − I/4). " +
        "Mean over drawings of the data whose loss is monotone there, with 95 % intervals.",
      spec: figureOf(
        [
          measuredLines({ ...common, points: on(ratios), y: "S", title: "Pause over descent", rules }),
          measuredLines({ ...common, points: on(widths), y: "W", title: "Width of the pause" }),
        ],
        2,
      ),
    },
  ];
}

function escapeFigure(runs: Runs): Figure[] {
  const shown = noises.map((noise) => ({ noise, values: valuesOf(timeOfEscape(noise), runs) }));
  const points = shown.flatMap(({ noise, values }) => pointOf("mean", 1 / noise, values));
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
      caption: `Gradient descent (lr ${descentRate}) from the unigram solution of rank 1 with noise σ on it: each factor of 10 less noise delays its escape by the same sum of rates, the mark of a saddle. Left: one drawing of the data. Right: the sum of rates at which the loss is I/20 below that of the run without noise; thin lines are drawings, the thick one their mean with a 95 % interval.`,
      spec: figureOf(
        [
          panel({
            title: "One drawing",
            rows,
            conditions: curves.filter(({ run }) => run).map(({ legend }) => legend),
            rules: entropyRules.slice(0, 1),
            y: levelTitle,
            xTitle: "sum of rates τ",
            width: 260,
            height: 200,
            xTicks: 5,
          }),
          measuredLines({
            points,
            lines: ["mean"],
            seeds: seeds.flatMap((own) =>
              noises.flatMap((noise) => {
                const value = single(timeOfEscape(noise), own);
                return value === null ? [] : [{ seed: own, x: 1 / noise, value }];
              }),
            ),
            x: "1/σ",
            y: "escape time τ",
            title: "Time of escape",
          }),
        ],
        2,
      ),
    },
  ];
}

export const saddleFigures = (runs: Runs): Figure[] => [
  ...curvesFigure(runs),
  ...ratesFigure(runs),
  ...escapeFigure(runs),
];
