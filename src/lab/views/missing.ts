/** What a view says in place of a picture. */
import type { LabRun } from "../state/lab.js";

export const noRuns = (shown: readonly LabRun[]): string | undefined =>
  shown.length === 0 ? "No run is shown: tick one in the list of runs." : undefined;

export const noFrame = (what: string): string => `The focused run has not sent ${what} yet.`;
