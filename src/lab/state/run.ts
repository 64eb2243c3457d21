/** A line of the list of runs: a config over its seeds, trained here. */
import { batch, type Signal, signal } from "@preact/signals";
import type { AddOptions, LiveRun, Workers } from "../../browser/liveRun.js";
import { parseConfig, type RunConfig, type RunConfigInput, type ScheduleInput } from "../../index.js";
import type { TrainingRecord } from "../../training/record.js";
import type { LabRun, Origin, Replica } from "./lab.js";
import { LiveReplica } from "./replica.js";

/** Milliseconds that a slider in motion leaves a run, so that what can come to its end does. */
const MOMENT = 80;

/** Milliseconds between two frames of a screen, nearly. */
const FRAME = 14;

/**
 * Calls back at most once a frame, however often it is asked: at once behind a rest, so that what is asked then is drawn in the
 * next frame already, else in the next animation frame, or within a tenth of a second where there are none.
 */
export function onFrame(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;
  let last = Number.NEGATIVE_INFINITY;
  const once = () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    timer = undefined;
    last = performance.now();
    work();
  };
  return () => {
    if (timer !== undefined) return;
    if (performance.now() - last > FRAME) {
      // behind all that came in one message
      timer = setTimeout(once);
      return;
    }
    frame = requestAnimationFrame(once);
    // a hidden page has no frames
    timer = setTimeout(once, 100);
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
  readonly #options: (config: RunConfig) => AddOptions;
  readonly #gather: () => void;
  #lives: LiveReplica[] = [];
  #begun = 0;

  /** @param options that its live runs begin with: whether they are paused, their pace, and where they are computed */
  constructor(
    name: { letter: string; look: number; origin: Origin },
    input: RunConfigInput,
    computing:
      | { workers: Workers; options: (config: RunConfig) => AddOptions }
      | { replicas: readonly Replica[] },
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
    });
    if ("replicas" in computing) this.seeds.value = computing.replicas.length;
  }

  /** Of a run that is not computed here: what is known of it by now. */
  setReplicas(replicas: readonly Replica[]): void {
    // of an older version's record: without fields that have come since
    const config = parseConfig(replicas[0].config as RunConfigInput);
    batch(() => {
      this.config.value = config;
      this.input.value = replicas[0].config as RunConfigInput;
      this.seeds.value = replicas.length;
      this.replicas.value = replicas;
    });
  }

  /** Of every seed one; none of a run that is not computed here. */
  get lives(): readonly LiveReplica[] {
    return this.#lives;
  }

  /** All seeds from step 0. */
  train(input: RunConfigInput, seeds: number, hashes: readonly string[] = []): void {
    if (!this.#workers) return;
    const config = parseConfig(input);
    this.input.value = input;
    this.config.value = config;
    this.seeds.value = seeds;
    this.#begun = performance.now();
    this.gpu.value = this.#options(config).backend !== undefined;
    this.#add(0, hashes);
  }

  /** Seeds from this one on, from step 0, in the place of those that there are. */
  #add(first: number, hashes: readonly string[]): void {
    const workers = this.#workers;
    if (!workers) return;
    const config = this.config.peek();
    for (const replica of this.#lives.slice(first)) replica.close();
    this.#lives.splice(this.seeds.peek());
    const options = this.#options(config);
    const own = Array.from({ length: this.seeds.peek() - first }, (_, i) => ({
      ...this.input.peek(),
      seed: config.seed + first + i,
    }));
    const made =
      this.gpu.peek() && own.length > 0
        ? workers.addTogether(own, options)
        : own.map((one) => workers.add(one, options));
    for (const [i, live] of made.entries()) {
      this.#lives[first + i] ??= new LiveReplica(this.#gather);
      this.#lives[first + i].begin(live, { ...config, seed: own[i].seed }, hashes[first + i]);
    }
    this.#gather();
  }

  /** The rate from the step on that the first seed is at; the others, which are at others, are trained anew with it. */
  async setLearningRate(rate: ScheduleInput): Promise<void> {
    const [{ live }] = this.#lives;
    const changed = await live?.setLearningRate(rate);
    // trained anew meanwhile
    if (!changed || this.#lives[0]?.live !== live) return;
    const { learningRate } = changed;
    this.config.value = { ...this.config.value, learningRate };
    this.input.value = { ...this.input.value, learningRate };
    this.#add(1, []);
  }

  /** Whether it was begun a moment ago and is not at its end: a quick run is let come to it. */
  get isFresh(): boolean {
    return (
      performance.now() - this.#begun < MOMENT &&
      this.#lives.some(({ live }) => live?.status === "opening" || live?.status === "running")
    );
  }

  /** As this live run goes on: the fork of another, which has these records up to there. */
  takeLive(live: LiveRun, earlier: readonly TrainingRecord[]): void {
    this.config.value = live.config;
    this.gpu.value = this.#options(live.config).backend !== undefined;
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
