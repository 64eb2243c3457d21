/** The step in jax-js on its wasm backend: one jitted function with its gradient, one-hot inputs and Adam written out. */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";

await init("wasm");
defaultDevice("wasm");

export function createModel(vocabSize, embeddingDim, batchSize, weights) {
  const loss = (embedding, inputs, targets) => {
    const x = np.matmul(nn.oneHot(inputs, vocabSize), embedding.ref);
    const logProbabilities = nn.logSoftmax(np.matmul(x, np.transpose(embedding)), -1);
    return np.sum(logProbabilities.mul(nn.oneHot(targets, vocabSize))).mul(-1 / batchSize);
  };
  const update = jit((embedding, first, second, inputs, targets, rate, scale) => {
    const [value, gradient] = valueAndGrad(loss)(embedding.ref, inputs, targets);
    const m = first.mul(0.9).add(gradient.ref.mul(0.1));
    const v = second.mul(0.999).add(gradient.ref.mul(gradient).mul(0.001));
    return [embedding.sub(m.ref.mul(rate).div(np.sqrt(v.ref).mul(scale).add(1e-8))), m, v, value];
  });
  const shape = [vocabSize, embeddingDim];
  let state = [np.array(weights).reshape(shape), np.zeros(shape), np.zeros(shape)];
  let t = 0;
  return {
    async step(inputs, targets) {
      t++;
      const [embedding, first, second, value] = update(
        ...state,
        np.array(Int32Array.from(inputs)),
        np.array(Int32Array.from(targets)),
        np.array(1e-3 / (1 - 0.9 ** t)),
        np.array(1 / Math.sqrt(1 - 0.999 ** t)),
      );
      state = [embedding, first, second];
      await blockUntilReady(embedding.ref).then((ready) => ready.dispose?.());
      return value.js();
    },
    dispose() {
      for (const array of state) array.dispose?.();
    },
  };
}
