/** The mutual information of conditional data, as the records of a run have it. */
import type { RunResult } from "../sweep/result.js";

/**
 * I = (L − (H − I)) − (L − H), in nats, of the first evaluation that has both; null of data without any, and of a run that
 * was never evaluated.
 */
export function mutualInformation({ records }: RunResult): number | null {
  for (const { excessLoss, unigramExcess, diverged } of records) {
    const information = diverged
      ? Number.NaN
      : Number(excessLoss ?? Number.NaN) - Number(unigramExcess ?? Number.NaN);
    if (information > 0 && Number.isFinite(information)) return information;
  }
  return null;
}
