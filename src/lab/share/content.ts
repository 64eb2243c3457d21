/** What a link holds, in a line. */
import { counted } from "../../figures/labels.js";
import type { LabLink } from "../../link/link.js";

/** "3 runs, 5 seeds, view, bits of 3 runs" */
export function contentOf({ runs, view, chapter }: LabLink): string {
  const seeds = runs.reduce((sum, run) => sum + (run.seeds ?? 1), 0);
  const withBits = runs.filter(({ hashes }) => hashes?.length).length;
  return [
    counted(runs.length, "run"),
    ...(seeds > runs.length ? [`${seeds} seeds in all`] : []),
    ...(view ? ["view"] : []),
    ...(chapter ? [`chapter ${chapter}`] : []),
    withBits > 0 ? `bits of ${counted(withBits, "run")}` : "no bits yet: no run is at its end",
  ].join(", ");
}
