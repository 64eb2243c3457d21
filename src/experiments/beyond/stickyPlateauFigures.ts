/** The figures of the sticky plateau: curves of the clear case, and the lag in every setting. */
import { type Quantity, valuesOf } from "../../analysis/claims.js";
import { type Runs, type SeriesRow, series } from "../../analysis/series.js";
import { mean, meanInterval } from "../../analysis/statistics.js";
import { type Figure, plotSize, type Spec } from "../../figures/figure.js";
import { type ForestRow, forest } from "../../figures/forest.js";
import { panel } from "../../figures/panel.js";
import { margin } from "./lagClaims.js";
import {
  type Design,
  designOf,
  highest,
  hold,
  isHigh,
  isMain,
  labelOf,
  type Setting,
  warmupSteps,
} from "./stickyPlateauRuns.js";
import { type Arm, inUnits, type Learnt, lag } from "./warmupArms.js";

const arms: Arm[] = ["no warmup", "warmup", "equal sum", "rescaled", "never high"];

const rowsOf = (runs: Runs, setting: Setting, shown: readonly Arm[], observable: Learnt): SeriesRow[] =>
  shown.flatMap((arm) => series(arm, runs.get(labelOf(setting, arm))?.map(inUnits), observable));

/** The two arms as the post draws them, what the run has learnt, and the controls. */
function curvesFigure(runs: Runs): Figure[] {
  const clear: Setting = { vocabSize: 300, exponent: 0.5, peak: highest };
  const both: Arm[] = ["no warmup", "warmup"];
  const unigram = { label: "H: nothing learnt of the input", value: 0 };
  const floor = { label: "H − I: all of it learnt", value: -1 };
  const draw = (title: string, setting: Setting, shown: Arm[], observable: Learnt, more: object): Spec[] => {
    const rows = rowsOf(runs, setting, shown, observable);
    const [run] = shown.flatMap((arm) => runs.get(labelOf(setting, arm)) ?? []);
    if (rows.length === 0 || !run) return [];
    const xDomain: [number, number] = [0, run.config.steps];
    return [panel({ title, rows, conditions: arms, ...plotSize.three, xTicks: 3, xDomain, y: "", ...more })];
  };
  const loss = { y: "(loss − unigram entropy) / I", yDomain: [-1.1, 1.5], rules: [unigram, floor] };
  const controls: Arm[] = ["no warmup", "equal sum", "rescaled", "never high"];
  const large: Setting = { ...clear, vocabSize: 1000, peak: 0.1 };
  const panels = [
    ...draw("Loss, V = 300, rate 0.3", clear, both, "unigramExcess", loss),
    ...draw("Loss, V = 1000, rate 0.1", large, arms, "unigramExcess", loss),
    ...draw("Controls, V = 300, rate 0.3", clear, controls, "unigramExcess", loss),
    ...draw("Unigrams still to learn", clear, both, "marginalError", { y: "KL(p‖q̄) / I", yDomain: [0, 1] }),
    ...draw("Learnt of the bigrams", clear, both, "capturedInformation", {
      y: "captured information / I",
      yDomain: [-0.5, 1],
    }),
    ...draw("Dependence on the input", clear, both, "inputDependence", {
      y: "J / I",
      yDomain: [0, 1],
    }),
  ];
  if (panels.length === 0) return [];
  return [
    {
      name: "sticky-plateau",
      caption: `After a high rate without a warmup the loss stays near the unigram entropy H, long after the rate has dropped to 0.01 at step ${hold}; with ${warmupSteps} steps of warmup it falls on. α = 0.5, a layernorm, untied. Below, of the first panel's runs: L = H + KL(p‖q̄) − captured information, and J, how much predictions depend on the input, rightly or not. All in units of the mutual information I of each seed's data: mean over seeds and a band of one standard deviation.`,
      panels: panels,
      columns: 3,
    },
  ];
}

interface Line {
  group: string;
  label: string;
  exponent: number;
  value: Quantity;
}

/** The lines of the forest, in their order; those without runs are left out later. */
function linesOf(quick: boolean, step: number): Line[] {
  const designs = designOf(quick).sort(
    ({ setting: a }, { setting: b }) => a.vocabSize - b.vocabSize || a.peak - b.peak,
  );
  const main = designs.filter(isMain);
  const compared = (group: string, shown: Design[], arm: Arm, against: Arm): Line[] =>
    shown
      .filter(({ arms: own }) => own.includes(arm))
      .map(({ setting }) => {
        const { vocabSize, exponent, peak, low, variation } = setting;
        const rates = `peak ${peak}${low === undefined ? "" : ` then ${low}`}`;
        return {
          group,
          label: `${variation ? `${variation}, ` : ""}V ${vocabSize}, ${rates}`,
          exponent,
          value: lag(labelOf(setting, arm), labelOf(setting, against), step),
        };
      });
  const high = main.filter(isHigh);
  return [
    ...compared("No warmup behind warmup", main, "no warmup", "warmup"),
    ...compared(
      "The same, one thing varied",
      designs.filter(({ setting }) => setting.variation),
      "no warmup",
      "warmup",
    ),
    ...compared("No warmup, equal sum of rates, behind warmup", high, "equal sum", "warmup"),
    ...compared(
      "Both rescaled, no warmup behind warmup",
      high.filter(({ arms }) => arms.includes("warmup, rescaled")),
      "rescaled",
      "warmup, rescaled",
    ),
    ...compared("No warmup, rescaled, behind never high", high, "rescaled", "never high"),
    ...compared("Warmup behind never high", high, "warmup", "never high"),
  ];
}

function forestFigure(runs: Runs, quick: boolean): Figure[] {
  const step = 2000;
  const rows = linesOf(quick, step).flatMap(({ group, label, exponent, value }): ForestRow[] => {
    const values = valuesOf(value, runs);
    return values.length === 0
      ? []
      : [{ group, label, series: `α ${exponent}`, mean: mean(values), interval: meanInterval(values) }];
  });
  const spec = forest({
    rows,
    series: ["α 0.5", "α 1"],
    x: `lag at step ${step}: difference of losses over I`,
    margin,
    width: 300,
  });
  const caption = `By which part of the information I a run is behind another of its seed at step ${step}, ${step - hold} steps after the rate dropped: mean over seeds and its 95 % interval. Within the green band, ±${margin}, a lag counts as none.`;
  return spec ? [{ name: "sticky-plateau-lag", caption, panels: [spec] }] : [];
}

export const figures = (runs: Runs, quick: boolean): Figure[] => [
  ...curvesFigure(runs),
  ...forestFigure(runs, quick),
];
