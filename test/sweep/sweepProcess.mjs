/** A sweep of 200 small runs in a process of its own, for tests that kill it: node sweepProcess.mjs DIR THREADS */
import { sweep } from "../../dist/sweep.js";

const [directory, threads] = process.argv.slice(2);
const description = {
  base: { embeddingDim: 6, steps: 120, evaluateEvery: 40 },
  axes: { vocabSize: [7, 12, 20, 33, 50], learningRate: [0.001, 0.003, 0.01, 0.03] },
  seeds: 10,
};
for await (const { run } of sweep(description, {
  journal: directory,
  threads: Number(threads),
  onlyNew: true,
}))
  process.stdout.write(`${run}\n`);
