/** Backends as tests use them: synchronous, with what is composed of them. */
import type { Backend, BackendOptions, SynchronousBackend } from "../../src/backend/backend.js";
import { createReferenceBackend } from "../../src/backend/reference/backend.js";
import { createWasmBackend } from "../../src/backend/wasm/backend.js";
import { parseConfig, type RunConfigInput } from "../../src/config.js";
import { createSource } from "../../src/data/createSource.js";
import { measurePopulation, type Population } from "../../src/observables/population.js";
import { type Spectrum, summarize } from "../../src/observables/spectrum.js";

export type Tested = SynchronousBackend & { evaluate(): Population; spectrum(): Spectrum };

export async function createKernel(
  input: RunConfigInput,
  options: Partial<BackendOptions> = {},
): Promise<Tested> {
  const config = parseConfig(input);
  const source = await createSource(config);
  const complete = { source, threads: 1, maxThreads: 1, vectorBits: 128, ...options } as const;
  return tested(input, complete, await createWasmBackend(config, complete));
}

export async function createReference(input: RunConfigInput): Promise<Tested> {
  const config = parseConfig(input);
  const source = await createSource(config);
  return tested(input, { source }, createReferenceBackend(config, { source }) as Backend);
}

/** On one thread a backend computes on its caller's. */
function tested(input: RunConfigInput, { source }: Pick<BackendOptions, "source">, backend: Backend): Tested {
  const config = parseConfig(input);
  const asked = () => ({ config, source, backend, step: (backend as SynchronousBackend).state().step });
  return Object.assign(backend as SynchronousBackend, {
    evaluate: () => {
      const { predicted, ...loss } = measurePopulation(asked()) as Population;
      return predicted ? { ...loss, predicted } : loss;
    },
    spectrum: () => {
      const { values, meanEnergyShare } = (backend as SynchronousBackend).eigenvalues();
      return summarize(values, meanEnergyShare);
    },
  });
}

/** The state of a model without training behind it. */
export const untrained = { step: 0, scalars: { beta1Power: 1, beta2Power: 1 } };
