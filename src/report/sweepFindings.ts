/** What a sweep shows, before any figure: its best runs, what each axis does to the loss, how its runs ended. */
import type { Outcome } from "../analysis/outcome.js";
import { keyOf } from "../figures/labels.js";
import type { Cell } from "../formats/table.js";
import { type Axis, labelOn } from "./sweepAxes.js";
import { type NamedRun, runsOf, type Setting } from "./sweepSummary.js";

/** Fields of the task: an excess loss over one entropy is not compared with one over another. */
export const isOfTask = ({ path }: Axis): boolean => /^(vocabSize|distribution|targets)(\.|$)/.test(path);

/** "learningRate 0.01, embeddingDim 10" */
export const settingText = (
  axes: readonly Axis[],
  values: readonly Cell[],
  which: (axis: Axis) => boolean = () => true,
): string =>
  axes.flatMap((axis, i) => (which(axis) ? [`${axis.title} ${labelOn(axis, values[i])}`] : [])).join(", ");

/** Settings of equal values on some axes. */
function grouped(
  axes: readonly Axis[],
  settings: readonly Setting[],
  by: (axis: Axis) => boolean,
): Setting[][] {
  const groups = new Map<string, Setting[]>();
  for (const setting of settings) {
    const key = JSON.stringify(setting.values.filter((_, i) => by(axes[i])).map(keyOf));
    const group = groups.get(key);
    if (group) group.push(setting);
    else groups.set(key, [setting]);
  }
  return [...groups.values()];
}

const least = <T>(list: readonly T[], of: (item: T) => number | undefined): T | undefined =>
  list.reduce<T | undefined>((best, item) => {
    const value = of(item);
    if (value === undefined) return best;
    return best === undefined || value < (of(best) as number) ? item : best;
  }, undefined);

/** The best of the settings of one task. */
export interface Best {
  /** "vocabSize 100, distribution.exponent 1"; "" where all runs are of one task. */
  task: string;
  run: NamedRun;
  /** That run's. */
  setting: Setting;
  /** The one of the least mean over seeds. */
  bestSetting: Setting;
}

/** The best sound run of every vocabulary and its data, in the order of the settings. */
export const bestRuns = (axes: readonly Axis[], settings: readonly Setting[]): Best[] =>
  grouped(axes, settings, isOfTask).flatMap((own) => {
    const setting = least(own, ({ best }) => best?.excessLoss);
    const bestSetting = least(own, ({ excessLoss }) => excessLoss?.mean);
    if (!setting?.best || !bestSetting) return [];
    return { task: settingText(axes, setting.values, isOfTask), run: setting.best, setting, bestSetting };
  });

/** What an axis does to the excess loss at the end, all other axes held. */
export interface Effect {
  axis: Axis;
  /** The largest mean over the least along the axis: the median over what is held. Null where that is not to be compared. */
  factor: number | null;
  /** Values at which the mean is least, the most frequent first, with how often. */
  bestAt: { label: string; count: number }[];
  /** Lines along the axis that were compared. */
  of: number;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const effects = (axes: readonly Axis[], settings: readonly Setting[]): Effect[] =>
  axes.map((axis, i) => {
    const lines = isOfTask(axis)
      ? []
      : grouped(axes, settings, (other) => other !== axis)
          .map((own) => own.filter(({ excessLoss }) => excessLoss !== null && excessLoss.mean > 0))
          .filter((own) => own.length > 1);
    const counts = new Map<string, number>();
    const factors = lines.map((own) => {
      const means = own.map(({ excessLoss }) => (excessLoss as { mean: number }).mean);
      const best = least(own, ({ excessLoss }) => excessLoss?.mean) as Setting;
      const label = labelOn(axis, best.values[i]);
      counts.set(label, (counts.get(label) ?? 0) + 1);
      return Math.max(...means) / Math.min(...means);
    });
    return {
      axis,
      factor: factors.length > 0 ? median(factors) : null,
      bestAt: [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count),
      of: lines.length,
    };
  });

/** Values that are named where runs failed. */
const NAMED = 6;

/** "3 diverged (learningRate 1000: 2 of 3; …)", or "" where none ended so. */
export function endedText(
  outcome: Exclude<Outcome, "sound">,
  axes: readonly Axis[],
  settings: readonly Setting[],
): string {
  const own = settings.filter(({ outcomes }) => outcomes[outcome] > 0);
  const count = own.reduce((sum, { outcomes }) => sum + outcomes[outcome], 0);
  if (count === 0) return "";
  if (count === settings.reduce((sum, setting) => sum + runsOf(setting), 0)) return `all ${outcome}`;
  // all runs of a value on one axis say it shortest
  const all = shortest(outcome, axes, settings);
  const named = all === undefined ? own.map((setting) => nameOf(outcome, axes, setting)) : [all];
  const more = named.length - NAMED;
  const shown = named.slice(0, NAMED).filter((text) => text !== "");
  const where = [...shown, ...(more > 0 ? [`${more} more settings`] : [])].join("; ");
  return `${count} ${outcome}${where === "" ? "" : ` (${where})`}`;
}

function nameOf(outcome: Outcome, axes: readonly Axis[], setting: Setting): string {
  const [count, of] = [setting.outcomes[outcome], runsOf(setting)];
  const text = settingText(axes, setting.values);
  return text !== "" && count < of ? `${text}: ${count} of ${of}` : text;
}

/** "all with learningRate 100" where an axis tells those that ended so from all others. */
function shortest(outcome: Outcome, axes: readonly Axis[], settings: readonly Setting[]): string | undefined {
  for (const [i, axis] of axes.entries()) {
    const counts = new Map<string, { own: number; of: number }>();
    for (const setting of settings) {
      const label = labelOn(axis, setting.values[i]);
      const { own, of } = counts.get(label) ?? { own: 0, of: 0 };
      counts.set(label, { own: own + setting.outcomes[outcome], of: of + runsOf(setting) });
    }
    if ([...counts.values()].every(({ own, of }) => own === 0 || own === of)) {
      const labels = [...counts].filter(([, { own }]) => own > 0).map(([label]) => label);
      const between = labels.some((label) => label.includes(",")) ? "; " : ", ";
      return `all with ${axis.title} ${labels.join(between)}`;
    }
  }
  return undefined;
}
