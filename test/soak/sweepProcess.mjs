/** A sweep with checkpoints every 40 ms, to be killed: node sweepProcess.mjs DIR. A line when it has opened, one a run. */
const { sweep } = await import(new URL("../../dist/sweep.js", import.meta.url).href);

const description = {
  base: { embeddingDim: 40, steps: 1200, evaluateEvery: 200 },
  axes: { vocabSize: [60, 700], norm: ["none", "layernorm"] },
  seeds: 2,
};
process.stdout.write("begun\n");
const onEvent = (event) => {
  if (event.event === "finished") process.stdout.write(`${JSON.stringify(event.resumedFrom)}\n`);
};
const options = { journal: process.argv[2], threads: 2, checkpointEvery: 40, onlyNew: true, onEvent };
for await (const _ of sweep(description, options));
