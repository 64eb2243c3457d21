/** One seed of a run and the live run that computes it; trained anew it keeps what it shows until there is something newer. */
import type { ComputedBy } from "../../backend/backend.js";
import type { LiveRun } from "../../browser/liveRun.js";
import type { RunConfig } from "../../index.js";
import type { TrainingRecord } from "../../training/record.js";
import type { Replica } from "./lab.js";

/** Milliseconds that a run rests at its end before its weights are hashed: a slider in motion asks for no hashes. */
const REST = 150;

export class LiveReplica {
  #config!: RunConfig;
  #expectedHash: string | undefined;
  readonly #changed: () => void;
  #live: LiveRun | undefined;
  #records: TrainingRecord[] = [];
  /** As they were last shown: a copy a frame, not one a record. */
  #shown: readonly TrainingRecord[] = [];
  #entropy: number | undefined;
  #conditionalEntropy: number | undefined;
  #computedBy: ComputedBy | undefined;
  #weightsHash: string | undefined;
  #isHashDue = false;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get config(): RunConfig {
    return this.#config;
  }

  get live(): LiveRun | undefined {
    return this.#live;
  }

  get state(): Replica {
    const live = this.#live;
    if (this.#shown.length !== this.#records.length || this.#shown.at(-1) !== this.#records.at(-1))
      this.#shown = [...this.#records];
    return {
      config: this.#config,
      records: this.#shown,
      step: live?.step ?? 0,
      status: live?.status ?? "opening",
      failure: live?.failure?.message,
      entropy: this.#entropy,
      conditionalEntropy: this.#conditionalEntropy,
      weightsHash: this.#weightsHash,
      expectedHash: this.#expectedHash,
      seconds: live ? live.seconds.steps + live.seconds.other : 0,
      computedBy: this.#computedBy,
    };
  }

  /**
   * From now on it is this live run; what it was before is shown until there are records.
   * @param earlier records of the steps before it, of the run that it is a fork of
   */
  begin(
    live: LiveRun,
    config: RunConfig,
    expectedHash: string | undefined,
    earlier: readonly TrainingRecord[] = [],
  ): void {
    this.#live = live;
    this.#config = config;
    this.#expectedHash = expectedHash;
    this.#computedBy = undefined;
    this.#weightsHash = undefined;
    this.#isHashDue = false;
    live.onChange = () => this.#onChange(live);
    live.opened.then(
      ({ entropy, conditionalEntropy, computedBy }) => {
        if (this.#live !== live) return;
        this.#entropy = entropy;
        this.#conditionalEntropy = conditionalEntropy;
        this.#computedBy = computedBy;
        this.#changed();
      },
      () => this.#changed(),
    );
    void this.#read(live, earlier);
  }

  close(): void {
    this.#live?.close();
    this.#live = undefined;
  }

  async #read(live: LiveRun, earlier: readonly TrainingRecord[]): Promise<void> {
    if (earlier.length > 0) this.#records = [...earlier];
    let isFirst = true;
    try {
      for await (const record of live) {
        if (this.#live !== live) return;
        // where it was forked is known by its first
        if (isFirst) this.#records = earlier.filter(({ step }) => step < record.step);
        isFirst = false;
        this.#records.push(record);
        this.#changed();
      }
    } catch {
      // said by its status and its failure
    }
    if (this.#live === live) this.#changed();
  }

  #onChange(live: LiveRun): void {
    if (this.#live !== live) return;
    this.#config = live.config;
    if (live.status === "ended" && !this.#isHashDue) {
      this.#isHashDue = true;
      setTimeout(() => void this.#hash(live), REST);
    }
    this.#changed();
  }

  async #hash(live: LiveRun): Promise<void> {
    if (this.#live !== live) return;
    const hash = await live.weightsHash().catch(() => undefined);
    if (this.#live !== live) return;
    this.#weightsHash = hash;
    this.#changed();
  }
}
