/** What a sweep shows, before any figure: its best runs, what each axis does to the loss, how its runs ended. */
import type { Outcome } from "../analysis/outcome.js";
import { keyOf } from "../figures/labels.js";
import type { Cell } from "../formats/table.js";
import { type Axis, isOfTask, labelOn } from "./sweepAxes.js";
import { isComparable, type NamedRun, runsOf, type Setting } from "./sweepSummary.js";

/** "learningRate 0.01, embeddingDim 10" */
export const settingText = (
  axes: readonly Axis[],
  values: readonly Cell[],
  which: (axis: Axis) => boolean = () => true,
): string =>
  axes.flatMap((axis, i) => (which(axis) ? [`${axis.title} ${labelOn(axis, values[i])}`] : [])).join(", ");

/** Settings of one vocabulary and its data, and of equal values on all axes that `held` has. */
function grouped(settings: readonly Setting[], held: (axis: number) => boolean = () => false): Setting[][] {
  const groups = new Map<string, Setting[]>();
  for (const setting of settings) {
    const { question, values } = setting;
    const key = JSON.stringify([question, ...values.filter((_, i) => held(i)).map(keyOf)]);
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
  /** The one of the least mean over seeds, all of which ended soundly. */
  bestSetting: Setting | undefined;
  /** The best sound run, and its setting, of which other seeds may have ended otherwise. */
  run: NamedRun;
  setting: Setting;
}

/** The best setting and the best sound run of every vocabulary and its data, in the order of the settings. */
export const bestRuns = (axes: readonly Axis[], settings: readonly Setting[]): Best[] =>
  grouped(settings).flatMap((own) => {
    // equal ones by name, as `best` has them
    const byName = [...own].sort((a, b) => (a.first.run < b.first.run ? -1 : 1));
    const bestSetting = least(byName.filter(isComparable), ({ excessLoss }) => excessLoss?.mean);
    const setting = least(byName, ({ best }) => best?.excessLoss);
    if (!setting?.best) return [];
    return { task: settingText(axes, setting.values, isOfTask), run: setting.best, setting, bestSetting };
  });

/** What an axis does to the excess loss at the end, all other axes held, of settings whose seeds all ended soundly. */
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
      : grouped(settings, (other) => other !== i)
          .map((own) =>
            own.filter((one) => isComparable(one) && (one.excessLoss as { mean: number }).mean > 0),
          )
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
