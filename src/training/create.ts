/** Trainers, from a config or from a snapshot. */
import type { BackendKind, Now } from "../backend/backend.js";
import { wasm } from "../backend/wasm/backend.js";
import { ConfigError, parseConfig, type RunConfig, type RunConfigInput } from "../config.js";
import { createSource } from "../data/createSource.js";
import { phaseAt } from "../intervention/index.js";
import { changedAt } from "../schedule/constructors.js";
import type { ScheduleInput } from "../schedule/schedule.js";
import { bytesOf } from "./bytesOf.js";
import { defaultMemoryLimit } from "./defaultMemoryLimit.js";
import { type CompleteTrainerOptions, completeTrainerOptions, type TrainerOptions } from "./options.js";
import { Recovery } from "./recovery.js";
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
  const config = frozen(parseConfig(input));
  const complete = completeTrainerOptions(options);
  return new Trainer({
    config,
    ...(await begin(config, 0, complete)),
    threads: complete.threads,
    maxThreads: complete.maxThreads,
  });
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
  options: TrainerOptions & { steps?: number; learningRate?: ScheduleInput } = {},
): Promise<Trainer> {
  const complete = completeTrainerOptions(options, ["steps", "learningRate"]);
  const { config: stored, state, trainLoss, recorded, records } = decodeSnapshot(bytes);
  const { steps = stored.steps, learningRate = stored.learningRate } = options;
  const config = frozen(
    parseConfig({ ...stored, steps, learningRate: changedAt(stored.learningRate, learningRate, state.step) }),
  );
  if (options.steps !== undefined && steps < state.step)
    throw new ConfigError(`steps: expected at least ${state.step}, the snapshot's step, got ${steps}`);
  const begun = await begin(config, state.step, complete);
  try {
    await begun.backend.setState(state);
  } catch (error) {
    begun.backend.dispose();
    throw error;
  }
  const place = { state, trainLoss, recorded };
  const { threads, maxThreads } = complete;
  return new Trainer({ config, ...begun, threads, maxThreads, place, earlierRecords: records });
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
): Promise<Pick<Start, "backend" | "source" | "recovery" | "create">> {
  const kind = typeof backend === "string" ? await kinds[backend as "wasm" | "reference"]() : backend;
  const bytes = bytesOf(kind, config, options);
  if (bytes > memoryLimit)
    throw new ConfigError(
      `vocabSize × embeddingDim: this run takes ${bytes} bytes of memory, more than the ${memoryLimit} allowed (memoryLimit)`,
    );
  const source = await createSource(config, { corpus, probabilities });
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
