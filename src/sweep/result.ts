import type { ComputedBy } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import type { TrainingRecord } from "../training/record.js";

/** A finished run. */
export interface RunResult {
  /** `configHash(config)`: the name of the run. */
  run: string;
  /** Which bits it has (`src/kernel/bitsRevision.ts`); absent in results of version 0.1, which are of revision 1. */
  bitsRevision?: number;
  /** Who computed it, where arithmetic is relaxed and rounding may differ from one to another. */
  computedBy?: ComputedBy;
  config: RunConfig;
  records: TrainingRecord[];
  /** The embedding at the end (V×D, row-major) when V·D is at most 1024, else null. */
  finalEmbedding: number[] | null;
  finalUnembedding: number[] | null;
  /** The step at which the loss stopped being finite, or null. */
  divergedAt: number | null;
  /** Bytes of memory that the run held. */
  bytes: number;
  /** Wall seconds in all, and those spent in steps. */
  seconds: number;
  stepSeconds: number;
}

/** A run that could not be finished: it threw, or its worker crashed, as often as it was tried. */
export interface RunFailure {
  run: string;
  config: RunConfig;
  /** The last attempt's error, in one line. */
  error: string;
  attempts: number;
}
