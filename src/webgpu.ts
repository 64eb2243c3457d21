/** Training on a GPU, one model or many at once: `unigram-lab/webgpu`. */
export { type ComputedBy, DeviceLost } from "./backend/backend.js";
export { type WebGpuBackend, type WebGpuOptions, webgpu } from "./backend/webgpu/index.js";
export { createEnsemble, type Ensemble, type EnsembleRecord, restoreEnsemble } from "./training/ensemble.js";
export type { Reopened } from "./training/trainer.js";
