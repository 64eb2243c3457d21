/** A backend on a GPU, for `createTrainer(config, { backend: webgpu() })`. Its arithmetic is relaxed. */
import { ConfigError, type RunConfig } from "../../config.js";
import { TABLES } from "../../kernel/constants.js";
import { optimizerOf } from "../../optimizer/index.js";
import type { BackendKind } from "../backend.js";
import { targetKindOf } from "../targetKind.js";
import type { WebGpuOptions } from "./adapter.js";
import type { Profile } from "./clock.js";
import { createGroup } from "./group.js";
import { type Limits, planRuns } from "./plan.js";
import { Session } from "./session.js";

export type { ComputedBy } from "../backend.js";
export type { WebGpuOptions } from "./adapter.js";
export type { Profile } from "./clock.js";

/** A backend that computes on a device: `device.computedBy()` says on which one. */
export interface WebGpuBackend extends BackendKind {
  device: NonNullable<BackendKind["device"]> & {
    /** What the device took since the last call, where `timing` was asked for. */
    profile(): Promise<Profile>;
  };
}

/** What most devices offer; only to say beforehand what a run takes. */
const USUAL: Limits = { binding: 2 ** 30, workgroup: 32768, invocations: 256, buffers: 10 };
/** Runs at once, and bytes of all of them where one does not take more. */
const MOST_TOGETHER = 4096;

/**
 * Trains on a GPU through WebGPU: the CPU's tokens bit for bit, the same bits when repeated on one device, and f32 that
 * rounds as the device likes. Runs of one such backend share a device; when it is lost, their calls fail, and the next run
 * finds another.
 * @throws ConfigError, from createTrainer, for strict arithmetic, where there is no GPU, and for a run that it cannot hold
 */
export function webgpu(options: WebGpuOptions = {}): WebGpuBackend {
  let opened: Promise<Session> | undefined;
  const session = async (): Promise<Session> => {
    const before = opened;
    // others may have waited for it too, and found another since
    if (before && !(await before).alive && opened === before) opened = undefined;
    opened ??= Session.open(options).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    name: "webgpu",
    bytes: (config) => planRuns(config, 1, 1, USUAL).bytes,
    async create(config, { source, maxThreads }) {
      check(config, maxThreads);
      const [backend] = await createGroup([config], [source], await session());
      return backend;
    },
    device: {
      computedBy: async () => (await session()).computedBy,
      shapeOf,
      async mostTogether(config) {
        const { limits } = await session();
        // what a run takes beside others is less than alone; tables of V × V are each one's own
        const sources = targetKindOf(config) === TABLES ? 16 : 1;
        const { bytes } = planRuns(config, 16, sources, limits);
        return Math.max(1, Math.min(MOST_TOGETHER, Math.floor((16 * limits.binding) / bytes)));
      },
      profile: async () => (await session()).clock.profile(),
      async createMany(configs, { sources, maxThreads }) {
        for (const config of configs) check(config, maxThreads);
        const opened = await session();
        return createGroup(configs, sources, opened);
      },
    },
  };
}

/** What runs have in common that can be computed together; they may differ in all that is data. */
function shapeOf({ optimizer, distribution, targets, ...config }: RunConfig): string {
  const { vocabSize, embeddingDim, batchSize, tied, norm, gradient, arithmetic } = config;
  const { code, state } = optimizerOf(optimizer);
  return JSON.stringify([
    { vocabSize, embeddingDim, tied, norm, gradient, arithmetic },
    gradient === "exact" ? null : batchSize,
    [optimizer.kind, code(optimizer), state(optimizer)],
    distribution.kind === "corpus",
    // factors of low rank are data, topics are written into the shaders
    targets?.kind === "topics" ? targets : (targets?.kind ?? null),
  ]);
}

/** @throws ConfigError for what a GPU does not do */
function check(config: RunConfig, maxThreads: number): void {
  if (config.arithmetic !== "relaxed")
    throw new ConfigError(
      'arithmetic: expected "relaxed" with WebGPU, whose rounding may differ from device to device, got "strict"',
    );
  if (maxThreads > 1) throw new ConfigError(`threads: expected 1 with WebGPU, got ${maxThreads}`);
}
