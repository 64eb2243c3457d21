/** What a link holds, and what it does not, in a line each. */
import { counted } from "../../figures/labels.js";
import type { LabLink } from "../../link/link.js";
import { MOST_SEEDS } from "../state/room.js";
import type { Sent } from "./sent.js";

/** "3 runs, 5 seeds in all, view, hashes of the results of 3 of 3 runs" */
export function contentOf({ runs, view, chapter }: LabLink, untrained: readonly string[] = []): string {
  const seeds = runs.reduce((sum, run) => sum + (run.seeds ?? 1), 0);
  const withBits = runs.filter(({ hashes }) => hashes?.length).length;
  return [
    counted(runs.length, "run"),
    ...(seeds > runs.length ? [`${seeds} seeds in all`] : []),
    ...(view ? ["view"] : []),
    ...(chapter ? [`chapter ${chapter}`] : []),
    withBits > 0
      ? `hashes of the results of ${withBits} of ${counted(runs.length, "run")}`
      : `no result to compare with${untrained.length > 0 ? "" : " yet: no run is at its end"}`,
  ].join(", ");
}

/** How whoever opens the link gets the runs that were not computed in this page. */
export const noticesOf = ({ untrained, split, left }: Omit<Sent, "link">): string[] => [
  ...(untrained.length > 0
    ? [
        `${untrained.join(", ")}: trained from step 0 by whoever opens the link, since this page did not compute them.`,
      ]
    : []),
  ...(split.length > 0
    ? [`${split.join(", ")}: several lines there, of seeds without gaps, at most ${MOST_SEEDS} each.`]
    : []),
  ...left.map(([why, letters]) => `Not in the link: ${letters.join(", ")}, ${why}.`),
];
