/** What a page and its worker say to each other. */
import type { RunConfig } from "../config.js";
import type { ScheduleInput } from "../schedule/schedule.js";
import type { TrainingRecord } from "../training/record.js";
import type { RuntimeOptions } from "../training/runtime.js";
import type { FrameField, LiveStatus, Opened } from "./liveRun.js";

/** Of this version's messages. */
export const PROTOCOL = 4;

/** A run to be opened. Page and worker know it by its number. */
export interface Added {
  run: number;
  config: RunConfig;
  snapshot?: Uint8Array | undefined;
  until?: number | undefined;
  paused?: boolean | undefined;
  pace?: number | undefined;
  backend?: "webgpu" | undefined;
  allowFallbackAdapter?: boolean | undefined;
  /** What the trainer is made with. */
  runtime: RuntimeOptions;
}

/** A frame that somebody waits for; `view` is the number of who asks. */
export interface Wanted {
  view: number;
  hertz: number;
  fields: readonly FrameField[];
  axes: number;
  inputs: readonly number[] | undefined;
}

/** What is done between two slices of steps, in the order in which it was asked. */
export type Ask =
  | { kind: "advance"; count: number }
  | { kind: "learningRate"; rate: ScheduleInput }
  | { kind: "fork"; child: number; learningRate?: ScheduleInput; steps?: number; paused?: boolean }
  | { kind: "snapshot" }
  | { kind: "weightsHash" };

/** What the page tells its worker. A call is answered by its number; the rest is not. */
export type Order =
  /** Several are on a GPU, which computes them together. */
  | { kind: "add"; added: readonly Added[] }
  | { kind: "pause"; run: number }
  | { kind: "resume"; run: number; until: number | undefined }
  | { kind: "pace"; run: number; pace: number | undefined }
  /** So many records more have been taken. */
  | { kind: "taken"; run: number; count: number }
  | { kind: "ask"; run: number; call: number; ask: Ask }
  | { kind: "frame"; run: number; call: number; wanted: Wanted }
  /** Nobody looks at this view any more. */
  | { kind: "unframe"; run: number; view: number }
  | { kind: "close"; run: number }
  | { kind: "ping" };

/** An error loses its class on the way. */
export interface Thrown {
  name: string;
  message: string;
}

/** What of a run has changed. */
export interface News {
  run: number;
  step: number;
  status: LiveStatus;
  seconds: { steps: number; other: number };
  records: TrainingRecord[];
  /** Once. */
  opened?: Opened | undefined;
  /** Where its rate has changed. */
  config?: RunConfig | undefined;
  failure?: Thrown | undefined;
}

/** What the worker answers: that it has begun, then the rest. */
export type Answer =
  /** `lock`: name of the Web Lock that the worker holds while it lives; null where there are no locks. */
  | { kind: "begun"; protocol: number; lock: string | null }
  | { kind: "news"; news: News[] }
  | { kind: "result"; call: number; value: unknown }
  | { kind: "refusal"; call: number; error: Thrown }
  /** Without a lock alone: whether it waits to be told something; said before it begins with anything. */
  | { kind: "idle"; idle: boolean }
  | { kind: "pong" };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Whether a message is an answer; anything may be posted by a worker of the caller's own. */
export function isAnswer(message: unknown): message is Answer {
  if (!isObject(message)) return false;
  const { kind, protocol, lock, news, call, error, idle } = message;
  if (kind === "begun") return protocol === PROTOCOL && (typeof lock === "string" || lock === null);
  if (kind === "news") return Array.isArray(news) && news.every(isNews);
  if (kind === "result") return typeof call === "number";
  if (kind === "refusal") return typeof call === "number" && isThrown(error);
  return kind === "pong" || (kind === "idle" && typeof idle === "boolean");
}

const isNews = (value: unknown): value is News =>
  isObject(value) &&
  typeof value.run === "number" &&
  typeof value.step === "number" &&
  typeof value.status === "string" &&
  isObject(value.seconds) &&
  (value.failure === undefined || isThrown(value.failure)) &&
  Array.isArray(value.records) &&
  value.records.every((record) => isObject(record) && typeof record.step === "number");

const isThrown = (value: unknown): value is Thrown =>
  isObject(value) && typeof value.name === "string" && typeof value.message === "string";
