/**
 * Golden results by bits revision: golden.revisions.json has, for every revision there was, the digest of what each case
 * came to. Within a revision a digest never changes, so that golden hashes cannot be renewed and the revision left as it is.
 */
import { createHash } from "node:crypto";

/** Cases that are of more than bits: messages, and a file format that may gain a field. The same bits are in other cases. */
const ofMoreThanBits = ["errors", "snapshot and restore"];

const digestOf = (result) => createHash("sha256").update(JSON.stringify(result)).digest("hex").slice(0, 16);

/** Digest by case. */
export const digestsOf = (golden) =>
  Object.fromEntries(
    Object.entries(golden)
      .filter(([name]) => !ofMoreThanBits.includes(name))
      .map(([name, result]) => [name, digestOf(result)]),
  );

/**
 * The revisions with these golden results in them.
 * @param revisions digests by case, by revision
 * @param revision that the results are of
 * @throws Error for a revision before the latest, and for a case that came to something else in this one
 */
export function withGolden(revisions, revision, golden) {
  const latest = Math.max(0, ...Object.keys(revisions).map(Number));
  if (revision < latest)
    throw new Error(`bitsRevision: expected at least ${latest}, of which there are results, got ${revision}`);
  const digests = digestsOf(golden);
  const before = revisions[revision] ?? {};
  const changed = Object.keys(before).filter((name) => name in digests && before[name] !== digests[name]);
  if (changed.length > 0)
    throw new Error(
      `${changed.join(", ")}: other bits than revision ${revision} has; undo the change, or raise bitsRevision in src/kernel/bitsRevision.ts`,
    );
  return { ...revisions, [revision]: { ...before, ...digests } };
}
