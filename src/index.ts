/** The library: runs unchanged in Node, browsers and edge runtimes. Nothing here reaches a Node module. */
export type { Backend, BackendKind, BackendOptions } from "./backend/backend.js";
export {
  ConfigError,
  canonicalConfig,
  configHash,
  type Distribution,
  type DistributionInput,
  type Evaluation,
  type EvaluationInput,
  type Init,
  type InitInput,
  type Intervention,
  type InterventionInput,
  type Norm,
  parseConfig,
  type RunConfig,
  type RunConfigInput,
  type Schedule,
  type ScheduleInput,
} from "./config.js";
export type { Batch } from "./data/batch.js";
export type { SourceOptions } from "./data/createSource.js";
export { type CorpusTokens, corpusDigest, probabilitiesDigest } from "./data/digest.js";
export { tokenProbabilities } from "./data/distribution.js";
export { entropy } from "./data/entropy.js";
export type { PairCounts, TokenSource } from "./data/source.js";
export type { Targets, TargetsInput } from "./data/targets.js";
export { decodeNpy, encodeNpy, type NpyArray } from "./formats/npy.js";
export { decodeSafetensors, encodeSafetensors } from "./formats/safetensors.js";
export { bitsRevision } from "./kernel/bitsRevision.js";
export type { Weights } from "./model/parameters.js";
export { weightsHash } from "./model/weightsHash.js";
export { effectiveDimension } from "./observables/effectiveDimension.js";
export { lossDecayExponent } from "./observables/lossDecayExponent.js";
export type { PopulationLoss } from "./observables/population.js";
export type { Projection } from "./observables/principalAxes.js";
export type { Spectrum } from "./observables/spectrum.js";
export { cosine, join, linearDecay, sequence, warmup, warmupStableDecay } from "./schedule/constructors.js";
export { learningRateAt, type PiecewiseLinear } from "./schedule/schedule.js";
export { tokenSource } from "./tokenSource.js";
export { createTrainer, restoreTrainer } from "./training/create.js";
export type { RunChanges, RunOptions, TrainerOptions } from "./training/options.js";
export type { TrainingRecord } from "./training/record.js";
export { train } from "./training/train.js";
export type { EvaluationResult, StepResult, Trainer } from "./training/trainer.js";

// apart from what is everybody's: a statement that is internal is left out of the types as a whole

/** For the package's other entries. @internal */
export { runConfigSchema, show } from "./config.js";
