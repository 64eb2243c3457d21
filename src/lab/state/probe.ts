/** A live run that stands at the step that the reader has scrubbed to, so that the run itself need not go back. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { AddOptions, LiveRun, Workers } from "../../browser/liveRun.js";
import type { RunConfig } from "../../index.js";

export class Probe {
  readonly #workers: Workers;
  readonly #live = signal<LiveRun | undefined>(undefined);
  #config: RunConfig | undefined;
  #step = 0;

  constructor(workers: Workers) {
    this.#workers = workers;
  }

  get live(): ReadonlySignal<LiveRun | undefined> {
    return this.#live;
  }

  /** Onwards it goes on, backwards it begins anew; it ends where there is no step. */
  stand(config: RunConfig | undefined, step: number | undefined, options: AddOptions): void {
    const live = this.#live.peek();
    if (live && config === this.#config && step !== undefined && step >= this.#step) {
      if (step > this.#step) live.resume(step);
      this.#step = step;
      return;
    }
    live?.close();
    this.#config = config;
    if (config === undefined || step === undefined) {
      this.#live.value = undefined;
      return;
    }
    this.#step = step;
    const made = this.#workers.add(config, {
      ...options,
      ...(step === 0 ? { paused: true } : { until: step }),
    });
    // said by its status
    made.opened.catch(() => {});
    this.#live.value = made;
  }
}
