/** A backend on a GPU, for `createTrainer(config, { backend: webgpu() })`. Its arithmetic is relaxed. */
import { ConfigError } from "../../configError.js";
import type { BackendKind } from "../backend.js";
import type { AdapterName, WebGpuOptions } from "./adapter.js";
import { createGpuBackend } from "./backend.js";
import { planRun } from "./plan.js";
import { Session } from "./session.js";

export type { AdapterName, WebGpuOptions } from "./adapter.js";

/** A backend that also says which adapter it found. */
export interface WebGpuBackend extends BackendKind {
  /**
   * Who will compute: the adapter is looked for by the first who asks.
   * @throws ConfigError where there is none, or only one in software that was not asked for
   */
  adapter(): Promise<AdapterName>;
}

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
    adapter: async () => (await session()).computedBy,
    bytes: (config) => planRun(config).bytes,
    async create(config, { source, maxThreads }) {
      if (config.arithmetic !== "relaxed")
        throw new ConfigError(
          'arithmetic: expected "relaxed" with WebGPU, whose rounding may differ from device to device, got "strict"',
        );
      if (maxThreads > 1) throw new ConfigError(`threads: expected 1 with WebGPU, got ${maxThreads}`);
      return createGpuBackend(config, source, await session());
    },
  };
}
