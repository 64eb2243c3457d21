/** The snapshot that `train --snapshot` leaves. */
import type { TrainingRecord } from "../training/record.js";
import type { Trainer } from "../training/trainer.js";

/** Records that a snapshot takes: they are one string of JSON, which has no room for 2^29 characters, some hundreds a record. */
const MOST_RECORDS = 500_000;

/** Its bytes, and whether all records are in them that were to be. */
export async function snapshotFile(
  trainer: Trainer,
  records: readonly TrainingRecord[] | undefined,
  most = MOST_RECORDS,
): Promise<{ bytes: Uint8Array; without?: string }> {
  const fit = records === undefined || records.length <= most;
  return {
    bytes: await trainer.snapshot({ records: fit ? records : undefined }),
    ...(fit
      ? {}
      : { without: `goes without the run's ${records.length} records: it takes ${most} (--out takes all)` }),
  };
}
