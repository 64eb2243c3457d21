/** What a link holds, in a line. */
import { counted } from "../../figures/labels.js";
import type { LabLink } from "../../link/link.js";

/** "3 runs, 5 seeds in all, view, hashes of the results of 3 of 3 runs" */
export function contentOf({ runs, view, chapter }: LabLink): string {
  const seeds = runs.reduce((sum, run) => sum + (run.seeds ?? 1), 0);
  const withBits = runs.filter(({ hashes }) => hashes?.length).length;
  return [
    counted(runs.length, "run"),
    ...(seeds > runs.length ? [`${seeds} seeds in all`] : []),
    ...(view ? ["view"] : []),
    ...(chapter ? [`chapter ${chapter}`] : []),
    withBits > 0
      ? `hashes of the results of ${withBits} of ${counted(runs.length, "run")}`
      : "no result to compare with yet: no run is at its end",
  ].join(", ");
}
