import type { BackendKind } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import { mostOfPhases } from "../intervention/index.js";

/** Bytes that a run holds, at most: what computes it may change on its way. */
export const bytesOf = (kind: BackendKind, config: RunConfig, options: { maxThreads: number }): number =>
  mostOfPhases(config, (phase) => kind.bytes(phase, options));
