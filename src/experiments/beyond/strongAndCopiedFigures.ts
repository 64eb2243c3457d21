/** The figures of strong-and-copied: losses of the arms, the lag in every setting, and descents past the unigram entropy. */
import { valuesOf } from "../../analysis/claims.js";
import { type Runs, series } from "../../analysis/series.js";
import { mean, meanInterval } from "../../analysis/statistics.js";
import { type Figure, plotSize, type Spec } from "../../figures/figure.js";
import { forest } from "../../figures/forest.js";
import { panel } from "../../figures/panel.js";
import { margin } from "./lagClaims.js";
import {
  data,
  descentLabel,
  descentsOf,
  labelOf,
  lengths,
  type Setting,
  settingName,
  settingsOf,
} from "./strongAndCopiedRuns.js";
import { type Arm, inUnits, lag } from "./warmupArms.js";

const name = "strong-and-copied";
const rules = [
  { label: "H: nothing learnt of the input", value: 0 },
  { label: "H − I: all of it learnt", value: -1 },
];

const rowsOf = (label: string, condition: string, runs: Runs) =>
  series(condition, runs.get(label)?.map(inUnits), "unigramExcess");

/** The first setting of each kind of data has all arms. */
const mainOf = (quick: boolean): Setting[] => settingsOf(quick).slice(0, data.length);

function armsFigure(runs: Runs, quick: boolean): Figure[] {
  const arms: Arm[] = ["no warmup", "warmup", "never high"];
  const main = mainOf(quick);
  const panels = main.flatMap((setting): Spec[] => {
    const rows = arms.flatMap((arm) => rowsOf(labelOf(setting, arm), arm, runs));
    if (rows.length === 0) return [];
    return [
      panel({
        title: settingName(setting),
        rows,
        conditions: arms,
        rules,
        y: "(loss − unigram entropy) / I",
        yDomain: [-1.1, 2],
        ...plotSize.three,
        xDomain: [0, lengths(setting.vocabSize).steps],
        xTicks: 3,
      }),
    ];
  });
  const { hold } = lengths(main[0].vocabSize);
  const caption = `A rate of ${main[0].peak} until step ${hold} and of 0.01 from there on, with a layernorm: does what a warmup gives last where the input says little of the target (left), and where it says much (middle, right)? In units of the mutual information I: mean over seeds and a band of one standard deviation.`;
  return panels.length > 0 ? [{ name, caption, panels: panels, columns: 3 }] : [];
}

function lagFigure(runs: Runs, quick: boolean): Figure[] {
  const rows = settingsOf(quick).flatMap((setting) => {
    const { vocabSize, exponent, optimizer, peak, batchSize, kind } = setting;
    const end = lengths(vocabSize).steps;
    const values = valuesOf(lag(labelOf(setting, "no warmup"), labelOf(setting, "warmup"), end), runs);
    if (values.length === 0) return [];
    return [
      {
        group: `V = ${vocabSize}, step ${end}`,
        label: `${optimizer}, peak ${peak}, α ${exponent}${batchSize === 128 ? "" : `, B ${batchSize}`}`,
        series: kind,
        mean: mean(values),
        interval: meanInterval(values),
      },
    ];
  });
  const spec = forest({
    rows,
    series: data,
    x: "lag: difference of losses over I",
    margin,
    width: 300,
    digits: 3,
  });
  const caption = `By which part of I a run without a warmup is behind one with it, in the same seed, at the last step: mean over seeds and its 95 % interval (of one seed where there is no line). AdamW has a weight decay of 0.1. Within the green band, ±${margin}, a lag counts as none.`;
  return spec ? [{ name: `${name}-lag`, caption, panels: [spec] }] : [];
}

function descentsFigure(runs: Runs, quick: boolean): Figure[] {
  const descents = descentsOf(quick);
  const groups = [...new Set(descents.map(({ optimizer, std }) => JSON.stringify({ optimizer, std })))];
  const panels = groups.flatMap((group): Spec[] => {
    const own = descents.filter(({ optimizer, std }) => JSON.stringify({ optimizer, std }) === group);
    const rows = own.flatMap((it) => rowsOf(descentLabel(it), it.kind, runs));
    if (rows.length === 0) return [];
    const [{ optimizer, std }] = own;
    return [
      panel({
        title: `${optimizer}, init std ${std ?? "D^-1/2"}`,
        rows,
        conditions: [...data],
        rules,
        y: "(loss − unigram entropy) / I",
        yDomain: [-1.1, 2],
        ...plotSize.two,
        log: { x: true },
        xTickValues: [1, 10, 100, 1000],
      }),
    ];
  });
  const caption =
    "Descents at a low rate without a norm, by how strongly a target depends on its input: do they pause at the unigram entropy H? In units of I, losses above 2 drawn at 2: mean over seeds and a band of one standard deviation.";
  return panels.length > 0 ? [{ name: `${name}-descents`, caption, panels: panels, columns: 2 }] : [];
}

export const strongFigures = (runs: Runs, quick: boolean): Figure[] => [
  ...armsFigure(runs, quick),
  ...lagFigure(runs, quick),
  ...descentsFigure(runs, quick),
];
