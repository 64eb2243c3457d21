/** Trainers, from a config or from a snapshot. */
import type { BackendKind, Now } from "../backend/backend.js";
import { wasm } from "../backend/wasm/backend.js";
import { ConfigError, parseConfig, type RunConfig, type RunConfigInput } from "../config.js";
import { createSource } from "../data/createSource.js";
import type { TokenSource } from "../data/source.js";
import { phaseAt } from "../intervention/index.js";
import { changedAt } from "../schedule/constructors.js";
import { bytesOf } from "./bytesOf.js";
import { defaultMemoryLimit } from "./defaultMemoryLimit.js";
import {
  type CompleteTrainerOptions,
  changeNames,
  completeTrainerOptions,
  type RunChanges,
  type TrainerOptions,
} from "./options.js";
import type { TrainingRecord } from "./record.js";
import { type Place, Recovery } from "./recovery.js";
import { decodeSnapshot } from "./snapshot.js";
import { type Start, Trainer } from "./trainer.js";

/**
 * A trainer at step 0, with the config's initial weights. Memory: weights and two moments (12 bytes a parameter), one
 * block of probabilities (4·V·min(V, B, 128) bytes), and for a batch of more than 128 distinct inputs a gradient
 * (4·V·D bytes); `trainer.bytes` says how much in all.
 * @throws ConfigError for a bad config or option, or a run that does not fit into memory
 */
export async function createTrainer(
  input: RunConfigInput = {},
  options: TrainerOptions = {},
): Promise<Trainer> {
  return open(parseConfig(input), completeTrainerOptions(options));
}

/**
 * The trainer of a snapshot: it continues bit for bit where `trainer.snapshot()` was taken. `steps` is a new total, for
 * a run that is to go on for longer, or to end sooner. `learningRate` holds from the snapshot's step on, and counts the steps
 * of the run, not those behind the snapshot; the trainer's config then has both in a sequence, and trained from step 0 it is
 * the same run with the same bits.
 * @throws ConfigError for what is no sound snapshot, for `steps` below its step, and as createTrainer does
 */
export async function restoreTrainer(
  bytes: Uint8Array,
  options: TrainerOptions & RunChanges = {},
): Promise<Trainer> {
  const complete = completeTrainerOptions(options, changeNames);
  const { config, state, trainLoss, recorded, records } = decodeSnapshot(bytes);
  return open(changed(config, state.step, options), complete, {
    place: { state, trainLoss, recorded },
    earlierRecords: records,
  });
}

/** The config of a run that stands at `step` with another end, or other rates from there on. */
function changed(
  config: RunConfig,
  step: number,
  { steps, learningRate = config.learningRate }: RunChanges,
): RunConfig {
  const complete = parseConfig({
    ...config,
    steps: steps === undefined ? config.steps : steps,
    learningRate: changedAt(config.learningRate, learningRate, step),
  });
  if (steps !== undefined && steps < step)
    throw new ConfigError(`steps: expected at least ${step}, the steps done, got ${steps}`);
  return complete;
}

/** What a trainer goes on from. */
interface From {
  place?: Place;
  earlierRecords?: readonly TrainingRecord[] | undefined;
  /** Where its tokens come from; made by its config when left out. */
  source?: TokenSource;
}

/** A trainer of a complete config, at step 0 or where another was. */
async function open(
  complete: RunConfig,
  options: CompleteTrainerOptions,
  { place, earlierRecords, source }: From = {},
): Promise<Trainer> {
  const config = frozen(complete);
  const begun = await begin(config, place?.state.step ?? 0, options, source);
  try {
    if (place) await begun.backend.setState(place.state);
  } catch (error) {
    begun.backend.dispose();
    throw error;
  }
  const { backend, threads, maxThreads } = options;
  const fork: Start["fork"] = (place, changes, threads) =>
    open(
      changed(config, place.state.step, changes),
      { ...options, threads, backend: (backend as BackendKind).alone ?? backend },
      { place, source: begun.source },
    );
  return new Trainer({ config, ...begun, fork, threads, maxThreads, place, earlierRecords });
}

/** Frozen all the way down: a config that changed under its run would give the snapshot of another. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const field of Object.values(value)) frozen(field);
  }
  return value;
}

/** The kinds that a name stands for; the reference is loaded by those who ask for it. */
const kinds: Record<"wasm" | "reference", () => Now<BackendKind>> = {
  wasm: () => wasm,
  reference: () => import("../backend/reference/backend.js").then(({ reference }) => reference),
};

/**
 * Who computes a run that has done so many steps, where its tokens come from, and how to go on: by another config, or should a
 * device be lost.
 * @throws ConfigError when the run would hold more than the limit
 */
async function begin(
  config: RunConfig,
  step: number,
  { corpus, probabilities, memoryLimit = defaultMemoryLimit, backend, ...options }: CompleteTrainerOptions,
  given?: TokenSource,
): Promise<Pick<Start, "backend" | "source" | "recovery" | "create">> {
  const kind = typeof backend === "string" ? await kinds[backend as "wasm" | "reference"]() : backend;
  const bytes = bytesOf(kind, config, options);
  if (bytes > memoryLimit)
    throw new ConfigError(
      `vocabSize × embeddingDim: this run takes ${bytes} bytes of memory, more than the ${memoryLimit} allowed (memoryLimit)`,
    );
  const source = given ?? (await createSource(config, { corpus, probabilities }));
  const create = (phase: RunConfig) => kind.create(phase, { ...options, source });
  const { device } = kind;
  const phaseOf = (step: number) => phaseAt(config, step - 1);
  if (!device)
    return {
      backend: await create(phaseOf(step)),
      source,
      create: (phase, threads) => kind.create(phase, { ...options, threads, source }),
      recovery: undefined,
    };
  const make = async (step: number) => {
    const backend = await create(phaseOf(step));
    try {
      // asked for afterwards: had it been lost in between, the backend would be of no use
      return { backend, computedBy: await device.computedBy() };
    } catch (error) {
      backend.dispose();
      throw error;
    }
  };
  const { backend: made, computedBy } = await make(step);
  return {
    backend: made,
    source,
    // as one of many: members of an ensemble may come to a phase at one time
    create: async (phase, threads) =>
      (await device.createMany([phase], { ...options, threads, sources: [source] }))[0],
    recovery: new Recovery(computedBy, device.computedBy, make),
  };
}
