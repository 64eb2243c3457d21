/** 100,000 runs of one step each: prints resident MiB at 20,000 and at the end, and milliseconds a run. node trivialRuns.mjs DIR */
import { sweep } from "../../dist/sweep.js";

const base = { vocabSize: 4, embeddingDim: 2, steps: 1, spectrum: false };
const from = performance.now();
const mebibytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);
let count = 0;
let early = 0;
for await (const _ of sweep({ base, seeds: 100_000 }, { journal: process.argv[2], threads: 2 }))
  if (++count === 20_000) early = mebibytes();
process.stdout.write(
  JSON.stringify({ count, early, late: mebibytes(), milliseconds: (performance.now() - from) / count }),
);
