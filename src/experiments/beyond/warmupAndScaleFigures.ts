/** Figures of warmup-and-scale: final losses over rate and warmup with the frontier, and the frontier over initial sizes. */
import { valuesOf } from "../../analysis/claims.js";
import type { Runs } from "../../analysis/series.js";
import { mean, standardDeviation } from "../../analysis/statistics.js";
import { type Figure, plotSize, type Spec } from "../../figures/figure.js";
import { heatMap } from "../../figures/heatMap.js";
import { panel } from "../../figures/panel.js";
import { pow } from "../../math/elementary.js";
import {
  finalExcess,
  type Group,
  groupName,
  groupsOf,
  labelOf,
  long,
  margin,
  type Setting,
  scaleName,
  scales,
  tolerated,
  warmupsOf,
} from "./warmupAndScaleRuns.js";

const name = "warmup-and-scale";
const shownScale = 1;
/** A colour for what is usual to what is far gone. */
const colours: [number, number] = [0.02, 2];

/** The grid's last rate that is tolerated, by the geometric mean over seeds; undefined without runs. */
function frontierAt(group: Group, warmup: number, runs: Runs): number | undefined {
  const values = valuesOf(tolerated({ group, scale: shownScale, warmup }), runs);
  return values.length > 0 ? group.rates.findLast((rate) => rate <= pow(2, mean(values))) : undefined;
}

/** The median over seeds, the upper one of two, as a run that diverged ends above all others; null where it is such a run. */
function medianEnd(setting: Setting, rate: number, runs: Runs): number | null {
  const finished = valuesOf(finalExcess(setting, rate), runs).sort((a, b) => a - b);
  const seeds = runs.get(labelOf(setting, rate))?.length ?? 0;
  return finished[Math.floor(seeds / 2)] ?? null;
}

function lossMap(group: Group, runs: Runs, warmups: readonly number[]): Spec | undefined {
  return heatMap({
    title: groupName(group),
    cells: warmups.flatMap((warmup) =>
      group.rates.map((rate) => {
        return { x: rate, y: warmup, value: medianEnd({ group, scale: shownScale, warmup }, rate, runs) };
      }),
    ),
    x: { title: "peak rate", values: group.rates },
    y: { title: "warmup (steps)", values: warmups },
    legend: "excess loss (nats)",
    colours,
    cellWidth: 40,
    frontier: warmups.flatMap((warmup) => {
      const behind = frontierAt(group, warmup, runs);
      return behind === undefined ? [] : [{ y: warmup, behind }];
    }),
  });
}

function frontierPanel(group: Group, runs: Runs, warmups: readonly number[]): Spec | undefined {
  const rows = group.scales.flatMap((scale) =>
    warmups.flatMap((warmup) => {
      const values = valuesOf(tolerated({ group, scale, warmup }), runs);
      if (values.length === 0) return [];
      const [centre, spread] = [mean(values), standardDeviation(values)];
      const [middle, low, high] = [centre, centre - spread, centre + spread].map((x) => pow(2, x));
      return [{ condition: scaleName(scale), step: warmup, mean: middle, low, high }];
    }),
  );
  if (rows.length === 0) return undefined;
  const middle = rows.reduce((sum, row) => sum + row.mean, 0) / rows.length;
  return panel({
    title: groupName(group),
    rows,
    conditions: scales.map(scaleName),
    y: "largest tolerated rate",
    // the same factor from bottom to top everywhere
    yDomain: [middle / 2.2, middle * 1.9],
    log: { y: true },
    ...plotSize.two,
    xTitle: "warmup (steps)",
    xDomain: [0, long],
    xTicks: 5,
  });
}

const isSpec = (spec: Spec | undefined): spec is Spec => spec !== undefined;

export function scaleFigures(runs: Runs, quick: boolean): Figure[] {
  const groups = groupsOf(quick);
  const warmups = warmupsOf(quick);
  const maps = groups.map((group) => lossMap(group, runs, warmups)).filter(isSpec);
  const lines = groups.map((group) => frontierPanel(group, runs, warmups)).filter(isSpec);
  return [
    {
      name,
      caption: `Final excess loss by peak rate and warmup, median over seeds; white where that diverged. Colours end at ${colours[0]} and ${colours[1]} nats: what is beyond has the colour of the end. The line is the frontier, a geometric mean over seeds: to its right the final loss is more than ${margin} nats above the row's best, or the run diverges. Initial weights of the usual size.`,
      panels: maps,
    },
    {
      name: `${name}-frontier`,
      caption:
        "The largest rate that is tolerated against the length of the warmup, by the size of the initial weights in D^-1/2: geometric mean over seeds and a band of one standard deviation. Every axis spans the same factor, about a level of its own.",
      panels: lines,
    },
  ].flatMap(({ panels, ...figure }) =>
    panels.length > 0 ? [{ ...figure, panels: panels, columns: 2 }] : [],
  );
}
