/** Strict TypeScript, declarations checked too (skipLibCheck: false). */
import {
  ConfigError,
  createTrainer,
  parseConfig,
  type RunChanges,
  type RunConfigInput,
  restoreTrainer,
  type TrainingRecord,
  train,
  type Weights,
  warmup,
  weightsHash,
} from "unigram-lab";
import { commandLine, decodeLink, encodeLink, type LabLink, trainInWorker } from "unigram-lab/browser";
import type kernel from "unigram-lab/kernel.wasm";
import { writeRecords } from "unigram-lab/report";
import { type RunResult, sweep } from "unigram-lab/sweep";

const config: RunConfigInput = {
  vocabSize: 10,
  embeddingDim: 4,
  steps: 20,
  evaluateEvery: 10,
  learningRate: warmup(0.01, 100),
  evaluation: { kind: "sampled", size: 1000 },
};
const losses: (number | null)[] = [];
for await (const record of train(config)) losses.push(record.loss);

const module: typeof kernel | undefined = undefined;
const trainer = await createTrainer(config, { module, memoryLimit: 1e8 });
const step: number = (await trainer.step({ inputs: new Uint32Array(128), targets: new Uint32Array(128) }))
  .step;
await trainer.advanceFor(5, { until: "evaluation" });
const weights: Weights = await trainer.weights();
const { embedding, gain }: { embedding: Float32Array; gain: Float32Array } = await (
  await createTrainer({ ...config, norm: "rmsnorm" })
).weights({ only: ["embedding", "gain"] });
const { eigenvalues } = await trainer.spectrum({ eigenvalues: true });
const changes: RunChanges = { learningRate: warmup(0.02, 10), steps: 30 };
const fork = await trainer.fork(changes);
const told: Float64Array[] = [eigenvalues, await fork.probabilities(), await fork.probabilities([0, 1])];
const link: LabLink = { runs: [{ config, hashes: [weightsHash(weights)] }], view: { fit: [1, 20] } };
const read: LabLink = await decodeLink(await encodeLink(link, "https://example.org/lab/"));
const command: string = commandLine(parseConfig(read.runs[0]?.config));
const again = await restoreTrainer(await trainer.snapshot(), { steps: 40 });

const runs: RunResult[] = [];
for await (const run of sweep({ base: config, seeds: step }, { threads: 1 })) runs.push(run);

/** Compiled, not called: there is no Worker in Node. */
export async function inPage(signal: AbortSignal): Promise<TrainingRecord[]> {
  const records: TrainingRecord[] = [];
  const run = trainInWorker(config, { signal });
  for await (const record of run) records.push(record);
  await restoreTrainer(await run.snapshot);
  return records;
}
export const write: typeof writeRecords = writeRecords;

try {
  // @ts-expect-error a misspelt field
  await createTrainer({ vocabsize: 10 });
} catch (error) {
  console.log(error instanceof ConfigError && error.message);
}
console.log(embedding.length, gain.length, told.length, command.split(" ", 2).join(" "));
console.log(losses.length, step, weights.embedding.length, again.config.steps, runs.length);
