/** As much of the page's lab as sharing reads, with runs that were trained here. */
import { signal } from "@preact/signals";
import type { Frame } from "../../src/browser/liveRun.js";
import { createTrainer, parseConfig, type RunConfigInput, weightsHash } from "../../src/index.js";
import type { Lab, LabRun, Replica, ViewState } from "../../src/lab/state/lab.js";

export async function trained(input: RunConfigInput): Promise<Replica> {
  const config = parseConfig(input);
  const trainer = await createTrainer(config);
  try {
    const records = [];
    for await (const record of trainer.run()) records.push(record);
    const { stepCount: step, entropy } = trainer;
    return {
      ...{ config, records, step, entropy, conditionalEntropy: entropy, failure: undefined, seconds: 1 },
      status: records.at(-1)?.diverged ? "diverged" : "ended",
      weightsHash: await weightsHash(await trainer.weights()),
      expectedHash: undefined,
    };
  } finally {
    trainer.dispose();
  }
}

export const labRun = (letter: string, replicas: readonly Replica[], more: Partial<LabRun> = {}): LabRun => ({
  ...{ letter, look: 0, origin: "here" },
  config: signal(replicas[0].config),
  input: signal(replicas[0].config as RunConfigInput),
  seeds: signal(replicas.length),
  pinned: signal(false),
  shown: signal(true),
  gpu: signal(false),
  replicas: signal(replicas),
  label: signal(`run ${letter}`),
  ...more,
});

/** The embedding along two axes, its spectrum and predictions: of the right sizes. */
const frameOf = ({ vocabSize, embeddingDim }: LabRun["config"]["value"], step: number): Frame => ({
  step,
  projection: {
    coordinates: Float64Array.from({ length: 2 * vocabSize }, (_, i) => Math.sin(i)),
    shares: Float64Array.of(0.6, 0.3),
  },
  eigenvalues: Float64Array.from({ length: embeddingDim }, (_, i) => 1 / (1 + i)),
  probabilities: Float64Array.from({ length: vocabSize }, () => 1 / vocabSize),
});

export function labOf(runs: readonly LabRun[]): Lab {
  const view = signal<ViewState>({
    ...{ panels: [], logX: true, fit: undefined, axes: [0, 1], trail: false, input: undefined },
  });
  return {
    runs: signal(runs),
    focused: signal(runs[0]),
    frame: signal(frameOf(runs[0].config.value, runs[0].replicas.value[0].step)),
    view,
    look(change: Partial<ViewState>) {
      view.value = { ...view.peek(), ...change };
    },
  } as Partial<Lab> as Lab;
}
