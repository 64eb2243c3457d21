/** Many models in training at once: a device computes them together, anything else one by one. */
import type { ComputedBy } from "../backend/backend.js";
import { parseConfig, type RunConfig, type RunConfigInput } from "../config.js";
import { ConfigError, show } from "../configError.js";
import type { Weights } from "../model/parameters.js";
import type { Spectrum } from "../observables/spectrum.js";
import { bytesOf } from "./bytesOf.js";
import { createTrainer, restoreTrainer } from "./create.js";
import { type EnsembleRecord, mergedRun } from "./mergedRun.js";
import { completeRunOptions, type RunOptions, type TrainerOptions } from "./options.js";
import { NO_DEVICE } from "./recovery.js";
import { runtimeFor } from "./runtime.js";
import { decodeSnapshot } from "./snapshot.js";
import { checkShapes, type DeviceKind, Together } from "./together.js";
import type { EvaluationResult, Reopened, StepResult, Trainer } from "./trainer.js";

export type { EnsembleRecord } from "./mergedRun.js";

/**
 * A trainer for each of these configs, at step 0. On a device they may differ in seed, rates, numbers of the optimizer,
 * probabilities, initial weights, steps, evaluation and interventions, and are of one shape otherwise; elsewhere they may differ in all. A
 * corpus or probabilities that some of them name go to those; `memoryLimit` is for all of them together.
 * @throws ConfigError for a bad config or for one that is not of the first one's shape, naming it and the field; and as
 * createTrainer does
 */
export async function createEnsemble(
  configs: readonly RunConfigInput[],
  options: TrainerOptions = {},
): Promise<Ensemble> {
  checkList("configs", configs);
  return begin("configs", configs.map(fresh), options);
}

/**
 * An ensemble that goes on where these snapshots were taken, bit for bit. Where one of them is a config, that member
 * begins at step 0.
 * @param options.steps a new total for those that a snapshot was taken of
 * @throws ConfigError for what is no sound snapshot, and as createEnsemble does
 */
export async function restoreEnsemble(
  snapshots: readonly (Uint8Array | RunConfigInput)[],
  options: TrainerOptions & { steps?: number | undefined } = {},
): Promise<Ensemble> {
  checkList("snapshots", snapshots);
  const { steps, ...others } = options;
  return begin(
    "snapshots",
    snapshots.map((from) => (ArrayBuffer.isView(from) ? restored(from, steps) : fresh(from))),
    others,
  );
}

/** What a member begins with. */
interface Start {
  config(): RunConfig;
  open(options: TrainerOptions): Promise<Trainer>;
}

const fresh = (input: RunConfigInput): Start => {
  let config: RunConfig;
  return {
    config: () => (config = parseConfig(input)),
    open: (options) => createTrainer(config, options),
  };
};

const restored = (bytes: Uint8Array, steps: number | undefined): Start => ({
  config: () => decodeSnapshot(bytes).config,
  open: (options) => restoreTrainer(bytes, steps === undefined ? options : { ...options, steps }),
});

/** @param name what the caller calls its list */
async function begin(name: string, starts: readonly Start[], options: TrainerOptions): Promise<Ensemble> {
  const configs = starts.map((start, member) => {
    try {
      return start.config();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`${name}[${member}].${error.message}`.replace(/\.(config|snapshot):/, ":"));
    }
  });
  const own = handedIn(configs, options);
  const { backend, memoryLimit = Number.POSITIVE_INFINITY } = options;
  if (typeof backend !== "object" || !backend?.device) return oneByOne(starts, own, memoryLimit);
  const kind = backend as DeviceKind;
  checkShapes(name, configs, kind);
  const bytes = configs.reduce((sum, config) => sum + bytesOf(kind, config, { maxThreads: 1 }), 0);
  if (bytes > memoryLimit)
    throw new ConfigError(
      `${name}: these ${configs.length} runs take ${bytes} bytes of memory, more than the ${memoryLimit} allowed (memoryLimit)`,
    );
  const together = new Together(kind);
  const made = await together.all(
    starts.map(
      ({ open }, member) =>
        () =>
          open({ ...own[member], backend: together.kind }),
    ),
  );
  const members = made.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = made.find((one) => one.status === "rejected");
  if (!failed) return new Ensemble(members, together);
  for (const trainer of members) trainer.dispose();
  throw failed.reason;
}

async function oneByOne(
  starts: readonly Start[],
  own: readonly TrainerOptions[],
  memoryLimit: number,
): Promise<Ensemble> {
  const members: Trainer[] = [];
  let left = memoryLimit;
  try {
    for (const [i, { open }] of starts.entries()) {
      const limit = own[i].memoryLimit === undefined ? {} : { memoryLimit: Math.max(1, left) };
      const trainer = await open({ ...own[i], ...limit });
      members.push(trainer);
      left -= trainer.bytes;
    }
  } catch (error) {
    for (const trainer of members) trainer.dispose();
    throw error;
  }
  return new Ensemble(members);
}

/**
 * The options of every member: of what is handed in, what its config names.
 * @throws ConfigError for what none of them names
 */
function handedIn(configs: readonly RunConfig[], options: TrainerOptions): TrainerOptions[] {
  const { corpus, probabilities, ...others } = options;
  const own = configs.map((config) => ({ ...others, ...runtimeFor(config, { corpus, probabilities }) }));
  for (const name of ["corpus", "probabilities"] as const)
    if (options[name] !== undefined && own.every((member) => member[name] === undefined))
      throw new ConfigError(
        `${name}: expected nothing, since no config names it, got ${show(options[name])}`,
      );
  return own;
}

function checkList(name: string, list: unknown): asserts list is readonly unknown[] {
  if (!Array.isArray(list) || list.length === 0)
    throw new ConfigError(`${name}: expected a list of at least one, got ${show(list)}`);
}

/**
 * Its members are trainers of their own, in the order of the configs: what several of them are asked at one time a device
 * does in one go. What it is asked itself it asks all of them. A member that diverges stops alone.
 */
export class Ensemble {
  readonly members: readonly Trainer[];
  readonly #together: Together | undefined;
  /** Records that a run came to, and whoever asked for them left before they were given. */
  readonly #left: EnsembleRecord[] = [];
  #running = false;

  /** @internal use createEnsemble or restoreEnsemble */
  constructor(members: readonly Trainer[], together?: Together) {
    this.members = members;
    this.#together = together;
  }

  /** Who computes its members, where that is a device; undefined elsewhere. */
  get computedBy(): ComputedBy | undefined {
    return this.members[0].computedBy;
  }

  /** `count` updates of every member, as `trainer.advance`. */
  advance(count: number, options: { signal?: AbortSignal } = {}): Promise<StepResult[]> {
    return this.#each((member) => member.advance(count, options));
  }

  /** Every member's population loss now. */
  evaluate(): Promise<EvaluationResult[]> {
    return this.#each((member) => member.evaluate());
  }

  /** Spectra of the centred embeddings now. */
  spectrum(): Promise<Spectrum[]> {
    return this.#each((member) => member.spectrum());
  }

  /** Copies of the weights. */
  weights(): Promise<Weights[]> {
    return this.#each((member) => member.weights());
  }

  /** Every member's run as bytes: `restoreEnsemble` goes on with them, `restoreTrainer` with one of them. */
  snapshot(): Promise<Uint8Array[]> {
    return this.#each((member) => member.snapshot());
  }

  /**
   * Every member on to its `config.steps`; their records as they come, a member's in its order. A member waits at a record
   * until that is taken. Another run goes on where this one was left.
   * @param options as of `trainer.run`; `onProgress` is told the steps done by all
   * @throws ConfigError while another run is under way; the signal's reason when it is aborted
   */
  async *run(options: RunOptions = {}): AsyncGenerator<EnsembleRecord> {
    const complete = completeRunOptions(options);
    if (this.#running) throw new ConfigError("run: expected one run() at a time, got a second");
    this.#running = true;
    try {
      yield* mergedRun(this.members, this.#left, complete);
    } finally {
      this.#running = false;
    }
  }

  /**
   * All members that were not disposed of, after their device was lost: as `trainer.reopen`, which a member does not do by
   * itself. Should it fail, it may be called again.
   * @returns where each member stands; undefined for one that was disposed of
   */
  async reopen(): Promise<(Reopened | undefined)[]> {
    const together = this.#together;
    if (!together) throw new ConfigError(NO_DEVICE);
    const alive = this.members.filter(({ disposed }) => !disposed);
    const ends = await together.all(alive.map((member) => () => member.reopen()));
    const failed = ends.find((end) => end.status === "rejected");
    if (failed) throw failed.reason;
    const reopened = new Map(
      ends.map((end, i) => [alive[i], (end as PromiseFulfilledResult<Reopened>).value]),
    );
    // what another device came to is not to be mixed with what this one will
    if ([...reopened.values()].some(({ afresh }) => afresh)) this.#left.length = 0;
    return this.members.map((member) => reopened.get(member));
  }

  /** Gives the memory of all members back. */
  dispose(): void {
    for (const member of this.members) member.dispose();
  }

  #each<T>(ask: (member: Trainer) => Promise<T>): Promise<T[]> {
    return Promise.all(this.members.map(ask));
  }
}
