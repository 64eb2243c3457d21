/** Makes the trainers of a worker's runs: one by itself, or many together on a GPU. */
import type { WebGpuBackend } from "../backend/webgpu/index.js";
import { createTrainer, restoreTrainer, type Trainer, type TrainerOptions } from "../index.js";
import type { Added } from "./message.js";

export class Opener {
  /** By whether software will do. What runs of one backend share: the device, and what was compiled for it. */
  readonly #gpus = new Map<boolean, WebGpuBackend>();
  #latest: Promise<unknown> = Promise.resolve();

  /**
   * @param isWanted whether any of them is still wanted; asked when it is their turn: of what a slider asks for in one
   * second a GPU need not make all
   */
  async open(all: readonly Added[], isWanted: () => boolean): Promise<readonly Trainer[]> {
    const [{ backend }] = all;
    if (backend === undefined) return Promise.all(all.map((added) => alone(added)));
    const trainers = this.#latest.then(() => {
      if (!isWanted()) throw new Error("the run is closed");
      return this.#onGpu(all);
    });
    this.#latest = trainers.catch(() => {});
    return trainers;
  }

  async #onGpu(all: readonly Added[]): Promise<readonly Trainer[]> {
    const [{ runtime, allowFallbackAdapter = false }] = all;
    const { createEnsemble, webgpu } = await import("../webgpu.js");
    const gpu = this.#gpus.get(allowFallbackAdapter) ?? webgpu({ allowFallbackAdapter });
    this.#gpus.set(allowFallbackAdapter, gpu);
    const options = { ...runtime, backend: gpu };
    if (all.length === 1) return [await alone(all[0], options)];
    const configs = all.map(({ config }) => config);
    return (await createEnsemble(configs, options)).members;
  }
}

const alone = ({ config, snapshot, runtime }: Added, options: TrainerOptions = runtime): Promise<Trainer> =>
  snapshot === undefined
    ? createTrainer(config, options)
    : restoreTrainer(snapshot, { ...options, steps: config.steps });
