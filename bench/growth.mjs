/** Time and memory against V, D, B and threads, beside what the count of operations says. */
import { createTrainer } from "../dist/index.js";
import { besideRoof, wide } from "./roof.mjs";

const quick = {
  steps: 1e9,
  spectrum: false,
  evaluation: { kind: "stratified", exactInputs: 128, sampledInputs: 128 },
};

/** Distinct inputs of a batch drawn from Zipf's law with exponent 1, as expected. */
export function distinctInputs(vocabSize, batchSize) {
  let total = 0;
  for (let i = 1; i <= vocabSize; i++) total += 1 / i;
  let distinct = 0;
  for (let i = 1; i <= vocabSize; i++) distinct += 1 - (1 - 1 / i / total) ** batchSize;
  return distinct;
}

export async function measureStep(config, { turns = 9, ...options } = {}) {
  const trainer = await createTrainer({ ...quick, ...config }, { ...options, vectorBits: wide ? 256 : 128 });
  const time = async (count) => {
    const from = performance.now();
    await trainer.advance(count);
    return performance.now() - from;
  };
  let count = 1;
  while ((await time(count)) < 60 && count < 1e6) count *= 2;
  const { vocabSize, embeddingDim, batchSize = 128 } = config;
  const flops = 6 * distinctInputs(vocabSize, batchSize) * vocabSize * embeddingDim;
  const rate = await besideRoof(flops, async () => (await time(count)) / count, turns);
  const result = {
    vocabSize,
    embeddingDim,
    batchSize,
    threads: options.threads ?? 1,
    ...rate,
    mebibytes: trainer.bytes / 2 ** 20,
  };
  trainer.dispose();
  return result;
}

const axes = {
  vocabSize: [100, 300, 1000, 3000, 10000, 30000, 100000, 300000, 1000000].map((vocabSize) => ({
    vocabSize,
    embeddingDim: 64,
  })),
  embeddingDim: [1, 3, 10, 30, 100, 300, 1000, 3000, 10000].map((embeddingDim) => ({
    vocabSize: 1000,
    embeddingDim,
  })),
  batchSize: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536].map((batchSize) => ({
    vocabSize: 1000,
    embeddingDim: 100,
    batchSize,
  })),
};

export async function benchGrowth(report) {
  const results = {};
  for (const [axis, configs] of Object.entries(axes)) {
    results[axis] = [];
    for (const config of configs) {
      const result = await measureStep(config);
      results[axis].push(result);
      report(`${axis} ${config[axis]}`, result);
    }
  }
  results.threads = [];
  for (const config of [
    { vocabSize: 1000, embeddingDim: 100 },
    { vocabSize: 10000, embeddingDim: 100 },
    { vocabSize: 50304, embeddingDim: 100 },
    { vocabSize: 100, embeddingDim: 10000 },
  ])
    for (const threads of [1, 2]) {
      const result = await measureStep(config, { threads });
      results.threads.push(result);
      report(`V ${config.vocabSize} D ${config.embeddingDim}, ${threads} threads`, result);
    }
  return results;
}
