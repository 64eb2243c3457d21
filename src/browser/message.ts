import type { RunConfigInput } from "../config.js";
import type { TrainingRecord } from "../training/record.js";

/** What the page tells its worker, once. */
export interface Order {
  config: RunConfigInput;
  snapshot: Uint8Array | undefined;
}

/** What the worker answers: records, then the end or an error. */
export type Answer =
  | { record: TrainingRecord }
  | { snapshot: Uint8Array }
  | { error: { name: string; message: string } };
