/** The snapshot that `train --snapshot` leaves, and beside it the records that it has no room for. */
import type { RunConfig } from "../config.js";
import { checkWritable, writeWhole } from "../disk/writeWhole.js";
import { evaluationCount } from "../evaluationSteps.js";
import type { TrainingRecord } from "../training/record.js";
import type { Trainer } from "../training/trainer.js";
import { besidePath, RecordsBeside } from "./recordsBeside.js";

/** Records that a snapshot takes: they are one string of JSON, which has no room for 2^29 characters, some hundreds a record. */
const MOST_RECORDS = 500_000;

/**
 * Tries the file of the records before there are any, where the run will have more than the snapshot takes.
 * @throws ConfigError when what is there is not to be replaced, or the path cannot be written
 */
export async function checkRecordsFit(
  path: string,
  config: RunConfig,
  { force, most = MOST_RECORDS }: { force?: boolean | undefined; most?: number } = {},
): Promise<void> {
  if (evaluationCount(config) > most) await checkWritable(besidePath(path), { kind: "records", force });
}

/** Writes it; where all records are not in it but beside it, says so in the line that is returned. */
export async function writeSnapshot(
  path: string,
  trainer: Trainer,
  records: readonly TrainingRecord[] | undefined,
  { force, most = MOST_RECORDS }: { force?: boolean | undefined; most?: number } = {},
): Promise<string | undefined> {
  const many = records !== undefined && records.length > most;
  const bytes = await trainer.snapshot({ records: many ? undefined : records });
  if (many) await new RecordsBeside(path, trainer.config, force).write(records);
  await writeWhole(path, bytes, { kind: "snapshot", force });
  return many
    ? `${path} takes ${most} records: the ${records.length} of this run are beside it in ${besidePath(path)}`
    : undefined;
}
