/**
 * The step in TensorFlow.js on its wasm backend, one thread. It has no gradient of an embedding look-up there, so inputs
 * are one-hot and the gradient is written out (three products, as autograd would do at best); the update is its own Adam.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";

const require = createRequire(import.meta.url);
setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
setThreadsCount(1);
await tf.setBackend("wasm");
await tf.ready();

export function createModel(vocabSize, embeddingDim, batchSize, weights) {
  const embedding = tf.variable(tf.tensor2d(weights, [vocabSize, embeddingDim]));
  const adam = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const oneHot = (ids) =>
    tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(ids), "int32"), vocabSize), "float32");
  return {
    async step(inputs, targets, wantLoss = false) {
      const loss = tf.tidy(() => {
        const a = oneHot(inputs);
        const b = oneHot(targets);
        const x = tf.matMul(a, embedding);
        const logits = tf.matMul(x, embedding, false, true);
        const shifted = tf.sub(logits, tf.max(logits, 1, true));
        const exponentials = tf.exp(shifted);
        const sums = tf.sum(exponentials, 1, true);
        const loss = wantLoss
          ? tf.mul(tf.sum(tf.mul(tf.sub(shifted, tf.log(sums)), b)), -1 / batchSize)
          : undefined;
        const dLogits = tf.div(tf.sub(tf.div(exponentials, sums), b), batchSize);
        const gradient = tf.add(
          tf.matMul(dLogits, x, true, false),
          tf.matMul(a, tf.matMul(dLogits, embedding), true, false),
        );
        adam.applyGradients({ [embedding.name]: gradient });
        return loss;
      });
      return loss ? (await loss.data())[0] : undefined;
    },
    dispose() {
      embedding.dispose();
      adam.dispose();
    },
  };
}
