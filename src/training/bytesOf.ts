import type { BackendKind } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import { phasesOf } from "../intervention/index.js";

/** Bytes that a run holds, at most: what computes it may change on its way. */
export const bytesOf = (kind: BackendKind, config: RunConfig, options: { maxThreads: number }): number =>
  Math.max(...phasesOf(config).map(({ phase }) => kind.bytes(phase, options)));
