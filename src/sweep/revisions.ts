/** Results of several bits revisions do not belong together: who would mix them is told, and whoever meets a mix. */
import { ConfigError } from "../config.js";
import { bitsRevision, revisionOf } from "../kernel/bitsRevision.js";

/** How many results there are of each revision, the oldest first. */
export type Revisions = ReadonlyMap<number, number>;

export function revisionsOf(results: Iterable<{ bitsRevision?: number | undefined }>): Revisions {
  const counts = new Map<number, number>();
  for (const result of results) {
    const revision = revisionOf(result);
    counts.set(revision, (counts.get(revision) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}

const counted = (revisions: Revisions): string =>
  [...revisions].map(([revision, count]) => `${count} of ${revision}`).join(" and ");

/** A mix in one line; undefined where there is none. */
export const mixOf = (revisions: Revisions): string | undefined =>
  revisions.size > 1
    ? `results of ${revisions.size} bits revisions (${counted(revisions)}): a config gives other bits in each`
    : undefined;

/**
 * That runs which are computed now may go into a journal.
 * @throws ConfigError when it has results of another revision than this package computes
 */
export function checkRevision({ directory, revisions }: { directory: string; revisions: Revisions }): void {
  const others = new Map([...revisions].filter(([revision]) => revision !== bitsRevision));
  if (others.size > 0)
    throw new ConfigError(
      `journal: expected results of bits revision ${bitsRevision}, which this version computes, got ${counted(others)} in ${directory}; start in another directory, or go on with the version that made them`,
    );
}
