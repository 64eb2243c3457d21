/** Makes the trainers of a worker's runs: one by itself, or many together on a GPU. */
import type { WebGpuBackend } from "../backend/webgpu/index.js";
import { createTrainer, restoreTrainer, type Trainer, type TrainerOptions } from "../index.js";
import type { Added } from "./message.js";

const alone = ({ config, snapshot, runtime }: Added, options: TrainerOptions = runtime): Promise<Trainer> =>
  snapshot === undefined
    ? createTrainer(config, options)
    : restoreTrainer(snapshot, { ...options, steps: config.steps });

/** Of one worker. */
export class Opener {
  /** By whether software will do. What runs of one backend share: the device, and what was compiled for it. */
  readonly #gpus: Record<string, WebGpuBackend> = {};
  #latest: Promise<unknown> = Promise.resolve();

  /**
   * Several are on a GPU. Those that were closed meanwhile are given back at once; where all were, before it is their turn,
   * none is made: a slider asks for many a second.
   * @param isClosed whether nobody wants anything of it any more
   */
  open(all: readonly Added[], isClosed: (index: number) => boolean): Promise<readonly Trainer[]> {
    if (!all[0].backend) return Promise.all(all.map((added) => alone(added)));
    const trainers = this.#latest.then(async () => {
      if (all.every((_, i) => isClosed(i))) throw new Error("the run is closed");
      const made = await this.#onGpu(all);
      for (const [i, trainer] of made.entries()) if (isClosed(i)) trainer.dispose();
      return made;
    });
    this.#latest = trainers.catch(() => {});
    return trainers;
  }

  async #onGpu(all: readonly Added[]): Promise<readonly Trainer[]> {
    const [{ runtime, allowFallbackAdapter = false }] = all;
    const { createEnsemble, webgpu } = await import("../webgpu.js");
    this.#gpus[`${allowFallbackAdapter}`] ??= webgpu({ allowFallbackAdapter });
    const options = { ...runtime, backend: this.#gpus[`${allowFallbackAdapter}`] };
    const configs = all.map(({ config }) => config);
    return all[1] ? (await createEnsemble(configs, options)).members : [await alone(all[0], options)];
  }
}
