/** A live run that stands at the step that the reader has scrubbed to, so that the run itself need not go back. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type AddOptions, isOver, type LiveRun, type Workers } from "../../browser/liveRun.js";
import type { RunConfig } from "../../index.js";

/** Takes its records, which nobody looks at: a run whose records are not taken waits. */
async function drain(live: LiveRun): Promise<void> {
  try {
    for await (const _ of live);
  } catch {
    // said by its status
  }
}

export class Probe {
  readonly #workers: Workers;
  readonly #placeOf: (config: RunConfig) => AddOptions;
  readonly #live = signal<LiveRun | undefined>(undefined);
  #config: RunConfig | undefined;
  #step = 0;

  /** @param placeOf where it is computed */
  constructor(workers: Workers, placeOf: (config: RunConfig) => AddOptions) {
    this.#workers = workers;
    this.#placeOf = placeOf;
  }

  get live(): ReadonlySignal<LiveRun | undefined> {
    return this.#live;
  }

  /** It, once it stands where it was sent; undefined where it was sent nowhere. */
  async arrived(): Promise<LiveRun | undefined> {
    for (;;) {
      const live = this.#live.peek();
      // a run that is over comes no further
      if (!live || live.step >= this.#step || isOver(live.status)) return live;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Onwards it goes on, backwards it begins anew; it ends where there is no step. */
  stand(config: RunConfig | undefined, step: number | undefined): void {
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
      ...this.#placeOf(config),
      ...(step === 0 ? { paused: true } : { until: step }),
    });
    void drain(made);
    this.#live.value = made;
  }
}
