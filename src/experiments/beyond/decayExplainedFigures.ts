/** The figures of what decay removes: curves of all arms, what is left of the benefit, and the floors. */
import { type Quantity, valuesOf } from "../../analysis/claims.js";
import { type Runs, series } from "../../analysis/series.js";
import { type Figure, plotSize, type Spec } from "../../figures/figure.js";
import { type IntervalPoint, intervalCurves } from "../../figures/intervalCurves.js";
import { panel } from "../../figures/panel.js";
import { intervalPoint } from "../intervalPoint.js";
import {
  armNames,
  arms,
  batches,
  batchLabel,
  centre,
  floorAt,
  floorOf,
  labelOf,
  level,
  longLabel,
  longRates,
  longSteps,
  nameOf,
  noiseOffShare,
  overshootShare,
  type Place,
  places,
  sameStride,
  settledPlaces,
  steps,
  turn,
} from "./decayExplainedRuns.js";

const name = "decay-explained";
const rateTicks = [0.003, 0.01, 0.03, 0.1];

/** A mean with its 95 % interval; none without values. */
const pointOf = (seriesName: string, x: number, quantity: Quantity, runs: Runs, scale = 1): IntervalPoint[] =>
  intervalPoint(
    seriesName,
    x,
    valuesOf(quantity, runs).map((value) => scale * value),
  );

const dimensionsOf = (shown: readonly Place[]): number[] => [
  ...new Set(shown.map(({ embeddingDim }) => embeddingDim)),
];
const dimensionName = (embeddingDim: number): string => `D ${embeddingDim}`;

function curvesFigure(runs: Runs, quick: boolean): Figure[] {
  const shown = places(quick).filter(({ rate }) => rate === centre.rate);
  const labels = armNames.map((arm) => arms[arm]);
  const panels = shown.flatMap((place): Spec[] => {
    const rows = armNames.flatMap((arm) => series(arms[arm], runs.get(labelOf(place, arm)), "excessLoss"));
    return rows.length === 0
      ? []
      : [
          panel({
            title: `${dimensionName(place.embeddingDim)}, lr ${place.rate}`,
            rows,
            conditions: labels,
            y: "excess loss (nats)",
            ...plotSize.two,
            log: { y: true },
            xDomain: [0, steps],
            xTicks: 3,
            yDomain: [0.0005, 1],
          }),
        ];
  });
  const caption =
    `Excess loss at a constant rate, decayed from step ${turn} on, and with the noise switched off there at an unchanged rate: mean over seeds and a band of one standard deviation. ` +
    "With the exact gradient the constant rate leaves next to nothing for decay to remove.";
  return panels.length > 0 ? [{ name, caption, panels, columns: 2 }] : [];
}

function shareFigure(runs: Runs, quick: boolean): Figure[] {
  const shown = settledPlaces(quick);
  const points = (share: (place: Place) => Quantity, scale: number) =>
    shown.flatMap((place) =>
      pointOf(dimensionName(place.embeddingDim), place.rate, share(place), runs, scale),
    );
  const common = {
    series: dimensionsOf(shown).map(dimensionName),
    x: "learning rate",
    xTicks: rateTicks,
    ...plotSize.two,
  };
  const panels = [
    intervalCurves({
      ...common,
      title: "Kept by the exact gradient",
      points: points(overshootShare, 100),
      y: "share of benefit (%)",
      log: { x: true },
      rules: [{ value: 0 }],
      margin: [-5, 5],
    }),
    intervalCurves({
      ...common,
      title: "Removed without noise",
      points: points(noiseOffShare, 1),
      y: "benefit over decay's",
      log: { x: true },
      rules: [{ value: 1 }],
    }),
  ].filter((spec) => spec !== undefined);
  const caption =
    "Kept by the exact gradient: the benefit of decay with the exact gradient over that with batches of 128, within the margin of equivalence (grey) at every rate and dimension where the intervals lie in it. " +
    "Removed without noise: what it removes to switch the noise off at an unchanged rate, second moments frozen, over what decay removes. Means over seeds with 95 % intervals.";
  return panels.length > 0 ? [{ name: `${name}-share`, caption, panels, columns: 2 }] : [];
}

const early = `steps ${turn} to ${steps}`;
const late = `steps ${longSteps * 0.7} to ${longSteps}`;
const floorPanel = { y: "excess loss (nats)", ...plotSize.two, log: { x: true, y: true } };

function floorFigure(runs: Runs, quick: boolean): Figure[] {
  const shown = [...places(quick), ...(quick ? [] : sameStride)].sort((a, b) => a.rate - b.rate);
  const panelOver = (title: string, x: (place: Place) => number, xTicks: number[]) =>
    intervalCurves({
      ...floorPanel,
      title: `Over ${title}`,
      series: dimensionsOf(places(quick)).map(dimensionName),
      points: shown.flatMap((place) =>
        pointOf(dimensionName(place.embeddingDim), x(place), floorAt(place), runs),
      ),
      x: title,
      xTicks,
    });
  const panels = [
    panelOver("learning rate", ({ rate }) => rate, rateTicks),
    panelOver(
      "learning rate × √D",
      ({ rate, embeddingDim }) => rate * Math.sqrt(embeddingDim),
      [0.01, 0.03, 0.1, 0.3, 1],
    ),
  ].filter((spec) => spec !== undefined);
  const caption =
    `Excess loss at a constant rate, mean over ${early}: at one rate it grows with D, over rate × √D all dimensions lie on one curve, as far as a run is done learning. ` +
    "Means over seeds with 95 % intervals.";
  return panels.length > 0 ? [{ name: `${name}-floor`, caption, panels, columns: 2 }] : [];
}

function lateFigure(runs: Runs): Figure[] {
  const overRates = longRates.flatMap((rate) => [
    ...pointOf(early, rate, floorOf(longLabel(rate)), runs),
    ...pointOf(late, rate, level(longLabel(rate), longSteps * 0.7, longSteps), runs),
  ]);
  const overBatches = batches.flatMap((size) => pointOf(early, size, floorOf(batchLabel(size)), runs));
  const all = [...overRates, ...overBatches];
  // one legend and one range for both panels
  const common = {
    ...floorPanel,
    series: [early, late],
    // as a logarithmic axis shows them
    yDomain: [
      Math.min(...all.map(({ low, mean }) => Math.max(low, mean / 10))),
      Math.max(...all.map(({ high }) => high)),
    ] as [number, number],
  };
  const panels = [
    intervalCurves({
      ...common,
      title: `Early and late, D ${centre.embeddingDim}`,
      points: overRates,
      x: "learning rate",
      xTicks: rateTicks,
    }),
    intervalCurves({
      ...common,
      title: `Over the batch, ${nameOf(centre)}`,
      points: overBatches,
      x: "batch size B",
      xTicks: [...batches],
    }),
  ].filter((spec) => spec !== undefined);
  const caption =
    "What is called a floor still falls, the more the smaller the rate: excess loss at a constant rate, early and late in long runs. " +
    "Then over the batch. Means over seeds with 95 % intervals.";
  return panels.length === 2 ? [{ name: `${name}-late`, caption, panels, columns: 2 }] : [];
}

export const decayFigures = (runs: Runs, quick: boolean): Figure[] => [
  ...curvesFigure(runs, quick),
  ...shareFigure(runs, quick),
  ...floorFigure(runs, quick),
  ...lateFigure(runs),
];
