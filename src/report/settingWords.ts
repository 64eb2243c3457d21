/** Settings in words, by what tells each from those that it is compared with: "learningRate cosine 0.1 → 0, steps 300". */

import { keyOf } from "../figures/labels.js";
import type { RunResult } from "../sweep/result.js";
import { AxisFinder, axisCells } from "./sweepAxes.js";
import { settingText } from "./sweepFindings.js";

type Told = Pick<RunResult, "config" | "computedBy">;

/** @param all the settings that are compared: one alone has no words */
export function settingWords(all: readonly Told[]): (setting: Told) => string {
  const finder = new AxisFinder();
  for (const setting of all) finder.add(setting);
  const axes = finder.axes();
  return (setting) => {
    const cells = axisCells(setting);
    const values = axes.map(({ path }) => cells[path] ?? null);
    const followers = axes.flatMap(({ follows, values: known }, i) => {
      const at = known.findIndex((value) => keyOf(value) === keyOf(values[i]));
      return follows.map(({ title, said }) => `${title} ${said[at]}`);
    });
    return [settingText(axes, values), ...followers].filter((text) => text !== "").join(", ");
  };
}
