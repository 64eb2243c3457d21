/** The mutual information of conditional data, as the records of a run have it. */
import type { RunResult } from "../sweep/result.js";

/** I = (L − (H − I)) − (L − H), in nats; null of data without any, and of a run that was never evaluated. */
export function mutualInformation({ records }: RunResult): number | null {
  for (const { excessLoss, unigramExcess, diverged } of records)
    if (!diverged && typeof excessLoss === "number" && typeof unigramExcess === "number")
      return excessLoss - unigramExcess;
  return null;
}
