/**
 * Trains one model, then the same at several rates and seeds, and writes all records to learning-rates.csv and .parquet.
 *     npm install && npm start
 */
import { createTrainer, restoreTrainer } from "unigram-lab";
import { writeRecords } from "unigram-lab/report";
import { groupBy, sweep } from "unigram-lab/sweep";

const base = { vocabSize: 100, embeddingDim: 20, steps: 1000 };

// one run, stopped in the middle and gone on with: bit for bit what it would have been in one piece
const trainer = await createTrainer({ ...base, learningRate: 0.01 });
await trainer.advance(500);
const snapshot = await trainer.snapshot();
trainer.dispose();
const restored = await restoreTrainer(snapshot);
for await (const { step, loss, excessLoss } of restored.run())
  console.log(`step ${step}: loss ${loss.toFixed(4)} nats, ${excessLoss.toFixed(4)} above the entropy`);
restored.dispose();

// many runs, one a core; with a journal, finished runs are kept there and never run again
const description = {
  base,
  axes: { learningRate: { kind: "log", from: 1e-3, to: 0.3, count: 6 } },
  seeds: 3,
};
const runs = [];
for await (const run of sweep(description, { journal: "learning-rates" })) runs.push(run);

for (const { values, runs: seeds } of await groupBy(runs, "learningRate")) {
  const losses = seeds.map(({ records }) => records.at(-1).excessLoss);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const spread = Math.max(...losses) - Math.min(...losses);
  console.log(
    `rate ${values.learningRate.toPrecision(2)}: ${mean.toFixed(4)} nats, range ${spread.toFixed(4)}`,
  );
}

for (const file of ["learning-rates.csv", "learning-rates.parquet"]) await writeRecords(file, runs);
