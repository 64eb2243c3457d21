/** How the values of a config's field are said: schedules and interventions in words, long text cut short. */
import { checkSchedule, type Intervention, type Schedule } from "../config.js";
import { keyOf, labelsOf } from "../figures/labels.js";
import { scheduleNames } from "../figures/scheduleNames.js";
import type { Cell } from "../formats/table.js";

/** Characters of a label. */
const LONGEST = 48;

/** What `value` makes of a text, the text itself where it is none of that. */
function orItself(text: string, value: (text: string) => string): string {
  try {
    return value(text);
  } catch {
    return text;
  }
}

/** "500: rescale embeddingRms 0.25" */
function interventionsName(json: string): string {
  const list = JSON.parse(json) as Intervention[];
  return list
    .map(({ step, kind, ...rest }) =>
      [`${step}: ${kind}`, ...Object.entries(rest).map(([name, value]) => `${name} ${value}`)].join(" "),
    )
    .join(", ");
}

/** Schedules in words, by the key of their cell; empty where one is of a kind that this version does not know. */
function scheduleLabels(cells: readonly Cell[]): Map<string, string> {
  try {
    const schedules = cells.map((cell): [Cell, Schedule] => {
      const schedule = typeof cell === "string" ? JSON.parse(cell) : cell;
      return [cell, checkSchedule("learningRate", schedule)];
    });
    const names = scheduleNames(schedules.map(([, schedule]) => schedule));
    return new Map(
      schedules.map(([cell, schedule]) => [keyOf(cell), names.get(JSON.stringify(schedule)) as string]),
    );
  } catch {
    return new Map();
  }
}

/** The texts, the long ones cut; those that would be alike then are numbered. */
function shortened(labels: ReadonlyMap<string, string>): Map<string, string> {
  const cut = new Map(
    [...labels].map(([key, text]) => [key, text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text]),
  );
  const counts = new Map<string, number>();
  for (const text of cut.values()) counts.set(text, (counts.get(text) ?? 0) + 1);
  const numbered = new Map<string, number>();
  return new Map(
    [...cut].map(([key, text]) => {
      if (counts.get(text) === 1) return [key, text];
      const number = (numbered.get(text) ?? 0) + 1;
      numbered.set(text, number);
      return [key, `${text} (${number})`];
    }),
  );
}

/**
 * Labels of the values that a field has, by `keyOf`, no two alike.
 * @param path dotted path as in exported tables
 */
export function valueLabels(path: string, values: readonly Cell[]): Map<string, string> {
  const plain = labelsOf(values);
  if (values.every((value) => typeof value === "number")) return plain;
  if (path === "config.learningRate") return shortened(new Map([...plain, ...scheduleLabels(values)]));
  if (path !== "interventions") return shortened(plain);
  const said = values.map((value): [string, string] => [
    keyOf(value),
    typeof value === "string" ? orItself(value, interventionsName) : String(plain.get(keyOf(value))),
  ]);
  return shortened(new Map(said));
}
