/** Plain JavaScript: train, look, keep, go on. */
import { createTrainer, encodeNpy, restoreTrainer, train } from "unigram-lab";

for await (const record of train({ vocabSize: 50, embeddingDim: 10, steps: 200 }))
  console.log(record.step, record.excessLoss, record.effectiveDimension);

const trainer = await createTrainer({ vocabSize: 50, embeddingDim: 10, tied: false, norm: "layernorm" });
await trainer.advance(100);
const snapshot = await trainer.snapshot();
const restored = await restoreTrainer(snapshot);
const { embedding } = await restored.weights();
console.log(encodeNpy(embedding, [50, 10]).length, "bytes of embedding.npy at step", restored.stepCount);
trainer.dispose();
restored.dispose();
