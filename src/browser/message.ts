import type { RunConfigInput } from "../config.js";
import type { RuntimeOptions } from "../training/options.js";
import type { TrainingRecord } from "../training/record.js";

/** What the page tells its worker, once. */
export interface Order {
  config: RunConfigInput;
  snapshot: Uint8Array | undefined;
  /** What the trainer is made with. */
  runtime: RuntimeOptions;
}

/** What the worker answers: that it has begun, records, then the end or an error. */
export type Answer =
  /** Name of the Web Lock that the worker holds while it lives; null where there are no locks. */
  | { lock: string | null }
  | { record: TrainingRecord }
  | { snapshot: Uint8Array }
  | { error: { name: string; message: string } };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Whether a message is an answer; anything may be posted by a worker of the caller's own. */
export function isAnswer(message: unknown): message is Answer {
  if (!isObject(message) || Object.keys(message).length !== 1) return false;
  const { lock, record, snapshot, error } = message;
  if (isObject(record)) return typeof record.step === "number" && typeof record.diverged === "boolean";
  if (isObject(error)) return typeof error.name === "string" && typeof error.message === "string";
  return typeof lock === "string" || lock === null || snapshot instanceof Uint8Array;
}
