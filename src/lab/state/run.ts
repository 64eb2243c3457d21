/** A line of the list of runs: a config over its seeds, trained here. */
import { type Signal, signal } from "@preact/signals";
import type { AddOptions, LiveRun, Workers } from "../../browser/liveRun.js";
import { parseConfig, type RunConfig, type RunConfigInput } from "../../index.js";
import type { TrainingRecord } from "../../training/record.js";
import type { LabRun, Origin, Replica } from "./lab.js";
import { LiveReplica } from "./replica.js";

/** Calls back once, in the next animation frame, however often it is asked; within a tenth of a second where there are none. */
export function onFrame(work: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    const once = () => {
      if (!due) return;
      due = false;
      work();
    };
    requestAnimationFrame(once);
    // a hidden page has no frames
    setTimeout(once, 100);
  };
}

export class Run implements LabRun {
  readonly origin: Origin;
  readonly letter: string;
  readonly look: number;
  readonly config: Signal<RunConfig>;
  readonly input: Signal<RunConfigInput>;
  readonly seeds: Signal<number>;
  readonly pinned = signal(false);
  readonly shown = signal(true);
  readonly gpu = signal(false);
  readonly replicas: Signal<readonly Replica[]>;
  readonly label = signal("");
  readonly #workers: Workers | undefined;
  readonly #options: (gpu: boolean) => AddOptions;
  readonly #gather: () => void;
  #lives: LiveReplica[] = [];

  /** @param options that its live runs begin with: whether they are paused, and their pace */
  constructor(
    name: { letter: string; look: number; origin: Origin },
    input: RunConfigInput,
    computing: { workers: Workers; options: (gpu: boolean) => AddOptions } | { replicas: readonly Replica[] },
  ) {
    this.letter = name.letter;
    this.look = name.look;
    this.origin = name.origin;
    this.input = signal(input);
    this.config = signal(parseConfig(input));
    this.seeds = signal(1);
    this.replicas = signal("replicas" in computing ? computing.replicas : []);
    this.#workers = "workers" in computing ? computing.workers : undefined;
    this.#options = "workers" in computing ? computing.options : () => ({});
    this.#gather = onFrame(() => {
      this.replicas.value = this.#lives.map(({ state }) => state);
      // its rate may have been changed on the way
      const rate = this.#lives[0]?.config.learningRate;
      if (rate !== undefined && JSON.stringify(rate) !== JSON.stringify(this.config.value.learningRate)) {
        this.config.value = { ...this.config.value, learningRate: rate };
        this.input.value = { ...this.input.value, learningRate: rate };
      }
    });
    if ("replicas" in computing) this.seeds.value = computing.replicas.length;
  }

  /** Of every seed one; none of a run that is not computed here. */
  get lives(): readonly LiveReplica[] {
    return this.#lives;
  }

  /** All seeds from step 0. */
  train(input: RunConfigInput, seeds: number, hashes: readonly string[] = []): void {
    const workers = this.#workers;
    if (!workers) return;
    const config = parseConfig(input);
    this.input.value = input;
    this.config.value = config;
    this.seeds.value = seeds;
    for (const live of this.#lives) live.close();
    this.#lives.splice(seeds);
    const options = this.#options(this.gpu.peek());
    const own = Array.from({ length: seeds }, (_, i) => ({ ...input, seed: config.seed + i }));
    const made = this.gpu.peek()
      ? workers.addTogether(own, options)
      : own.map((one) => workers.add(one, options));
    for (const [i, live] of made.entries()) {
      this.#lives[i] ??= new LiveReplica(this.#gather);
      this.#lives[i].begin(live, { ...config, seed: own[i].seed }, hashes[i]);
    }
    this.#gather();
  }

  /** As this live run goes on: the fork of another, which has these records up to there. */
  takeLive(live: LiveRun, earlier: readonly TrainingRecord[]): void {
    this.config.value = live.config;
    this.input.value = { ...this.input.value, learningRate: live.config.learningRate };
    const replica = new LiveReplica(this.#gather);
    this.#lives = [replica];
    replica.begin(live, live.config, undefined, earlier);
    this.#gather();
  }

  close(): void {
    for (const live of this.#lives) live.close();
  }
}
