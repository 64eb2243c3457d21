/** Makes the trainers of runs on a GPU; a worker loads it when it is first asked for one. */
import type { WebGpuBackend } from "../backend/webgpu/index.js";
import type { Trainer } from "../index.js";
import { createEnsemble, webgpu } from "../webgpu.js";
import type { Added } from "./message.js";
import { openRun } from "./openRun.js";

/** Of one worker. */
export class GpuOpener {
  /** By whether software will do. What runs of one backend share: the device, and what was compiled for it. */
  readonly #gpus = new Map<boolean, WebGpuBackend>();
  #latest: Promise<unknown> = Promise.resolve();

  /**
   * Those that were closed meanwhile are given back at once; where all were, before it is their turn, none is made: a slider
   * asks for many a second.
   * @param all several are computed together
   * @param isClosed whether nobody wants anything of it any more
   */
  open(all: readonly Added[], isClosed: (index: number) => boolean): Promise<readonly Trainer[]> {
    const trainers = this.#latest.then(async () => {
      if (all.every((_, i) => isClosed(i))) throw new Error("the run is closed");
      const made = await this.#make(all);
      for (const [i, trainer] of made.entries()) if (isClosed(i)) trainer.dispose();
      return made;
    });
    this.#latest = trainers.catch(() => {});
    return trainers;
  }

  async #make(all: readonly Added[]): Promise<readonly Trainer[]> {
    const [{ runtime, allowFallbackAdapter = false }] = all;
    const backend = this.#gpus.get(allowFallbackAdapter) ?? webgpu({ allowFallbackAdapter });
    this.#gpus.set(allowFallbackAdapter, backend);
    const options = { ...runtime, backend };
    if (all.length === 1) return [await openRun(all[0], options)];
    const configs = all.map(({ config }) => config);
    return (await createEnsemble(configs, options)).members;
  }
}
