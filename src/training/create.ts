/** Trainers, from a config or from a snapshot. */
import type { Backend, BackendKind, Now } from "../backend/backend.js";
import { wasm } from "../backend/wasm/backend.js";
import { ConfigError, parseConfig, type RunConfig, type RunConfigInput } from "../config.js";
import { createSource } from "../data/createSource.js";
import type { TokenSource } from "../data/source.js";
import { defaultMemoryLimit } from "./defaultMemoryLimit.js";
import { type CompleteTrainerOptions, completeTrainerOptions, type TrainerOptions } from "./options.js";
import { Recovery } from "./recovery.js";
import { decodeSnapshot } from "./snapshot.js";
import { Trainer } from "./trainer.js";

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
  return new Trainer({ config, ...(await begin(config, complete)), maxThreads: complete.maxThreads });
}

/**
 * The trainer of a snapshot: it continues bit for bit where `trainer.snapshot()` was taken. `steps` is a new total, for
 * a run that is to go on for longer, or to end sooner.
 * @throws ConfigError for what is no sound snapshot, for `steps` below its step, and as createTrainer does
 */
export async function restoreTrainer(
  bytes: Uint8Array,
  options: TrainerOptions & { steps?: number } = {},
): Promise<Trainer> {
  const complete = completeTrainerOptions(options, ["steps"]);
  const { config: stored, state, trainLoss, recorded, records } = decodeSnapshot(bytes);
  const { steps } = options;
  const config = frozen(steps === undefined ? stored : parseConfig({ ...stored, steps }));
  if (steps !== undefined && steps < state.step)
    throw new ConfigError(`steps: expected at least ${state.step}, the snapshot's step, got ${steps}`);
  const begun = await begin(config, complete);
  try {
    await begun.backend.setState(state);
  } catch (error) {
    begun.backend.dispose();
    throw error;
  }
  const place = { state, trainLoss, recorded };
  const { maxThreads } = complete;
  return new Trainer({ config, ...begun, maxThreads, place, earlierRecords: records });
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
 * Who computes a run, where its tokens come from, and how to go on should a device be lost.
 * @throws ConfigError when the run would hold more than the limit
 */
async function begin(
  config: RunConfig,
  { corpus, probabilities, memoryLimit = defaultMemoryLimit, backend, ...options }: CompleteTrainerOptions,
): Promise<{ backend: Backend; source: TokenSource; recovery: Recovery | undefined }> {
  const kind = typeof backend === "string" ? await kinds[backend as "wasm" | "reference"]() : backend;
  const bytes = kind.bytes(config, options);
  if (bytes > memoryLimit)
    throw new ConfigError(
      `vocabSize × embeddingDim: this run takes ${bytes} bytes of memory, more than the ${memoryLimit} allowed (memoryLimit)`,
    );
  const source = await createSource(config, { corpus, probabilities });
  const create = () => kind.create(config, { ...options, source });
  const { device } = kind;
  if (!device) return { backend: await create(), source, recovery: undefined };
  const make = async () => {
    const backend = await create();
    try {
      // asked for afterwards: had it been lost in between, the backend would be of no use
      return { backend, computedBy: await device.computedBy() };
    } catch (error) {
      backend.dispose();
      throw error;
    }
  };
  const { backend: made, computedBy } = await make();
  return { backend: made, source, recovery: new Recovery(computedBy, make) };
}
