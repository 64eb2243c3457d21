/** The figures of the noise plateau. */
import { ofRun, pairedValues } from "../../analysis/claims.js";
import { mutualInformation } from "../../analysis/mutualInformation.js";
import { curves, type Runs, type SeriesRow } from "../../analysis/series.js";
import { drift, finalLevel } from "../../analysis/stationarity.js";
import { mean, standardDeviation } from "../../analysis/statistics.js";
import { windowMean } from "../../analysis/windowMean.js";
import { type Figure, plotSize } from "../../figures/figure.js";
import { panel } from "../../figures/panel.js";
import { pow } from "../../math/elementary.js";
import {
  batchSizes,
  constant,
  early,
  historiesOf,
  levelLabel,
  names,
  ratesOf,
  scales,
  sizeOf,
} from "./noisePlateauRuns.js";

const name = "noise-plateau";
const [entropyLine, marginLine, slopeLine] = ["unigram entropy H", "margin of 1 % of I", "slope −1/2"];
/** The same in all figures. */
const references = [entropyLine, marginLine, slopeLine];
/** Intervals over which differences between histories are averaged. */
const intervals = 20;

/** A row of a curve from one value a seed. */
const rowOf = (condition: string, step: number, values: readonly number[]): SeriesRow => {
  const [centre, spread] = [mean(values), standardDeviation(values)];
  return { condition, step, mean: centre, low: centre - spread, high: centre + spread };
};

/** I of the data of a condition, mean over seeds. */
const informationOf = (label: string, runs: Runs): number =>
  mean((runs.get(label) ?? []).flatMap((run) => mutualInformation(run) ?? []));

/** The loss of an arm minus that of the constant rate over pieces of the run, in % of I, seed by seed. */
function differences(arm: string, reference: string, runs: Runs, steps: number): SeriesRow[] {
  const width = steps / intervals;
  return Array.from({ length: intervals }, (_, i) => {
    const piece = (label: string) =>
      ofRun(label, (run) => windowMean(run, "excessLoss", i * width, (i + 1) * width));
    const [own, other, information] = pairedValues(
      [piece(arm), piece(reference), ofRun(reference, mutualInformation)],
      runs,
    );
    return {
      step: (i + 0.5) * width,
      values: own.map((x, seed) => (100 * (x - other[seed])) / information[seed]),
    };
  }).flatMap(({ step, values }) => (values.length > 0 ? [rowOf(arm, step, values)] : []));
}

function historyFigure(runs: Runs, quick: boolean): Figure[] {
  const [{ rate, arms }] = historiesOf();
  const { historySteps, vocabSize, hold } = sizeOf(quick);
  const steps = historySteps[0.03];
  const labels = [constant(rate), ...arms].filter((label) => runs.get(label)?.length);
  if (!labels.includes(constant(rate))) return [];
  const common = {
    conditions: labels,
    references,
    ...plotSize.two,
    xDomain: [0, steps] as [number, number],
    xTicks: 4,
  };
  return [
    {
      name,
      caption:
        `Five histories come to one level. V = ${vocabSize}; until step ${hold} the rate is another, warms up, or gradients are exact; from there on all runs have lr ${rate} and drawn batches. ` +
        `Left: excess loss, above the least possible, which is H − I; the entropy H is where it equals I (exact gradients go below the axis). Right: difference to the run with a constant rate, seed by seed, over twentieths of the run, from step ${hold} on; dashed: 1 % of I. ` +
        "Means over seeds and bands of one standard deviation.",
      panels: [
        panel({
          ...common,
          title: "Excess loss",
          rows: curves(labels, runs, "excessLoss"),
          rules: [{ label: entropyLine, value: informationOf(constant(rate), runs) }],
          y: "excess loss (nats)",
          log: { y: true },
          yDomain: [0.01, 2],
        }),
        panel({
          ...common,
          title: "Difference to the constant rate",
          rows: arms
            .flatMap((arm) => differences(arm, constant(rate), runs, steps))
            .filter(({ step }) => step >= hold),
          rules: [-1, 1].map((value) => ({ label: marginLine, value })),
          y: "difference of losses (% of I)",
          xDomain: [hold, steps],
          yDomain: [-10, 10],
        }),
      ],
      columns: 2,
    },
  ];
}

/** What the reader of a level should know of a run that has not quite come to rest. */
function stillFalling(label: string, runs: Runs): string {
  const [moved, levels] = pairedValues(
    [ofRun(label, (run) => drift(run, "excessLoss")), ofRun(label, (run) => finalLevel(run, "excessLoss"))],
    runs,
  );
  const share = moved.length > 0 ? (-100 * mean(moved)) / mean(levels) : 0;
  return share > 2 ? ` (at ${label} it still fell by ${share.toFixed(0)} % over the last half)` : "";
}

function levelFigure(runs: Runs, quick: boolean): Figure[] {
  const rates = ratesOf(quick);
  const labels = rates.map(constant);
  const { vocabSize } = sizeOf(quick);
  const rowsOf = (
    values: readonly number[],
    label: (rate: number, value: number) => string,
    observable: "excessLoss" | "unigramExcess",
  ): SeriesRow[] =>
    rates.flatMap((rate) =>
      values.flatMap((value) => {
        const own = (runs.get(label(rate, value)) ?? []).flatMap((run) => {
          // of independent targets I is 0, and L − H is the excess loss
          const relative = run.config.targets?.kind === "independent" ? "excessLoss" : observable;
          return finalLevel(run, relative) ?? [];
        });
        return own.length > 0 ? [rowOf(constant(rate), value, own)] : [];
      }),
    );
  const byBatch = rowsOf(batchSizes, (rate, batchSize) => levelLabel({ rate, batchSize }), "excessLoss");
  const byScale = rowsOf(scales, (rate, scale) => levelLabel({ rate, scale }), "unigramExcess");
  if (byBatch.length === 0 || byScale.length === 0) return [];
  const common = { conditions: labels, references, ...plotSize.two };
  const [from, to] = [batchSizes[0], batchSizes[batchSizes.length - 1]];
  return [
    {
      name: `${name}-levels`,
      caption:
        `Where the loss rests, V = ${vocabSize}: mean over the last quarter of each run, over seeds, and a band of one standard deviation${stillFalling(constant(rates[0]), runs)}. ` +
        "Left: excess loss, above the least possible, by batch size, dashed with slope −1/2. Right: against the unigram entropy H, by the scale of the data's factors, from independent targets (0) on: " +
        "the level passes H as rate or data change, and nothing marks the place.",
      panels: [
        panel({
          ...common,
          title: "By the batch",
          rows: byBatch,
          segments: byBatch
            .filter(({ step, condition }) => step === from && condition === labels[1])
            .map((row) => ({
              label: slopeLine,
              from: [from, row.mean] as [number, number],
              to: [to, row.mean * pow(to / from, -0.5)] as [number, number],
            })),
          y: "excess loss (nats)",
          xTitle: "batch size",
          xTickValues: [...batchSizes],
          log: { x: true, y: true },
          yDomain: [0.02, 2],
        }),
        panel({
          ...common,
          title: "By the data",
          rows: byScale,
          rules: [{ label: entropyLine, value: 0 }],
          y: "loss − unigram entropy (nats)",
          xTitle: "scale of the data's factors",
          xTicks: 2,
        }),
      ],
      columns: 2,
    },
  ];
}

function departureFigure(runs: Runs, quick: boolean): Figure[] {
  const { vocabSize, release, released } = sizeOf(quick);
  const on = [constant(0.03), names.dropped, names.exact];
  const off = [constant(early.high), constant(early.low), names.droppedEarly];
  const conditions = [...new Set([...on, ...off])];
  if (!conditions.every((label) => runs.get(label)?.length)) return [];
  const within = (labels: string[], from: number, to: number): SeriesRow[] =>
    curves(labels, runs, "excessLoss").filter(({ step }) => step >= from && step <= to);
  const H = [{ label: entropyLine, value: informationOf(constant(0.03), runs) }];
  const common = {
    conditions,
    ...plotSize.two,
    y: "excess loss (nats)",
    log: { y: true },
    xTicks: 4,
  };
  const [from, to] = [release - released / 2, release + released];
  const yDomain: [number, number] = quick ? [0.001, 3] : [0.003, 3];
  return [
    {
      name: `${name}-departure`,
      caption:
        `Ways off the plateau, V = ${vocabSize}. Left: at step ${release} the rate drops to 0.003, or gradients become exact at an unchanged rate and the loss goes below the axis. ` +
        `Right: a run whose rate drops at step ${early.drop} leads one that was at ${early.low} throughout, so the time at the high rate was not lost. Means over seeds and bands of one standard deviation.`,
      panels: [
        panel({
          ...common,
          title: "Off a plateau that has settled",
          rows: within(on, from, to),
          rules: H,
          xDomain: [from, to],
          yDomain,
        }),
        panel({
          ...common,
          title: "An early drop",
          rows: within(off, 0, early.end),
          rules: H,
          xDomain: [0, early.end],
          yDomain,
        }),
      ],
      columns: 2,
    },
  ];
}

export const noisePlateauFigures = (runs: Runs, quick: boolean): Figure[] => [
  ...historyFigure(runs, quick),
  ...levelFigure(runs, quick),
  ...departureFigure(runs, quick),
];
