/** A backend on a GPU, for `createTrainer(config, { backend: webgpu() })`. Its arithmetic is relaxed. */
import { ConfigError, configHash, type RunConfig } from "../../config.js";
import type { BackendKind } from "../backend.js";
import type { WebGpuOptions } from "./adapter.js";
import { createGpuBackend } from "./backend.js";
import { planRun } from "./plan.js";
import { Session } from "./session.js";

export type { ComputedBy } from "../backend.js";
export type { WebGpuOptions } from "./adapter.js";

/** A backend that computes on a device: `device.computedBy()` says on which one. */
export type WebGpuBackend = BackendKind & Required<Pick<BackendKind, "device">>;

/**
 * Trains on a GPU through WebGPU: the CPU's tokens bit for bit, the same bits when repeated on one device, and f32 that
 * rounds as the device likes. Runs of one such backend share a device; when it is lost, their calls fail, and the next run
 * finds another.
 * @throws ConfigError, from createTrainer, for strict arithmetic, where there is no GPU, and for a run that it cannot hold
 */
export function webgpu(options: WebGpuOptions = {}): WebGpuBackend {
  let opened: Promise<Session> | undefined;
  const session = async (): Promise<Session> => {
    if (opened && !(await opened).alive) opened = undefined;
    opened ??= Session.open(options).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    name: "webgpu",
    bytes: (config) => planRun(config).bytes,
    async create(config, { source, maxThreads }) {
      check(config, maxThreads);
      return createGpuBackend(config, source, await session());
    },
    device: {
      computedBy: async () => (await session()).computedBy,
      shapeOf: (config) => configHash({ ...config, seed: 0 }),
      mostTogether: async () => 64,
      async createMany(configs, { sources, maxThreads }) {
        for (const config of configs) check(config, maxThreads);
        const opened = await session();
        return Promise.all(configs.map((config, i) => createGpuBackend(config, sources[i], opened)));
      },
    },
  };
}

/** @throws ConfigError for what a GPU does not do */
function check(config: RunConfig, maxThreads: number): void {
  if (config.arithmetic !== "relaxed")
    throw new ConfigError(
      'arithmetic: expected "relaxed" with WebGPU, whose rounding may differ from device to device, got "strict"',
    );
  if (maxThreads > 1) throw new ConfigError(`threads: expected 1 with WebGPU, got ${maxThreads}`);
}
