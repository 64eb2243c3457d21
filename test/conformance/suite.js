/**
 * The conformance suite: what this package must compute alike on every runtime. A plain ES module without a test
 * framework, so that anything which runs JavaScript can run it. Every case gives a few strings, SHA-256 of weights and
 * records or the text of errors, to be compared with golden.json.
 */
import * as lab from "unigram-lab";

const { ConfigError, createTrainer, restoreTrainer, train } = lab;

const small = {
  vocabSize: 57,
  embeddingDim: 22,
  batchSize: 40,
  learningRate: 0.01,
  steps: 60,
  evaluateEvery: 20,
};

const sha256 = async (bytes) => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
const textHash = (value) => sha256(new TextEncoder().encode(JSON.stringify(value)));

/** One hash over all arrays of a model, each behind its name. */
const weightsHash = async (weights) => {
  const parts = [];
  for (const name of ["embedding", "unembedding", "gain", "bias"])
    if (weights[name]) parts.push(`${name} ${await sha256(weights[name])}`);
  return textHash(parts);
};

const message = async (action) => {
  try {
    await action();
    return "no error";
  } catch (error) {
    return `${error instanceof ConfigError ? "ConfigError" : error.name}: ${error.message}`;
  }
};

/** A whole run by `train` and the weights that the same run ends with. */
async function run(config, options) {
  const records = [];
  for await (const record of train(config, options)) records.push(record);
  const trainer = await createTrainer(config, options);
  await trainer.advance(config.steps);
  const weights = await weightsHash(await trainer.weights());
  const { loss } = await trainer.evaluate();
  trainer.dispose();
  if (loss !== records.at(-1).loss) throw new Error("advance() and train() ended apart");
  return { records: await textHash(records), weights };
}

/** Two streams of tokens that come from no library: a linear congruential generator. */
function ownBatch(state, { batchSize, vocabSize }) {
  const draw = () => {
    state.x = (Math.imul(state.x, 1664525) + 1013904223) >>> 0;
    return (state.x >>> 8) % vocabSize;
  };
  return {
    inputs: Uint32Array.from({ length: batchSize }, draw),
    targets: Uint32Array.from({ length: batchSize }, draw),
  };
}

const ownArray = (length, seed) => {
  let x = seed;
  return Float32Array.from({ length }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return ((x >>> 8) - 8388608) / 33554432;
  });
};

const cases = {};
for (const tied of [true, false])
  for (const norm of ["none", "layernorm", "rmsnorm"])
    cases[`${tied ? "tied" : "untied"} ${norm}`] = (options) => run({ ...small, tied, norm }, options);

Object.assign(cases, {
  // chunks of vocabulary rows, and blocks of inputs, that come out uneven
  "large batch": (options) =>
    run({ ...small, vocabSize: 700, embeddingDim: 19, batchSize: 400, steps: 20 }, options),
  "large vocabulary": (options) =>
    run({ ...small, vocabSize: 5000, embeddingDim: 9, batchSize: 64, steps: 12, tied: false }, options),
  "one dimension": (options) =>
    run({ ...small, vocabSize: 10, embeddingDim: 1, norm: "layernorm", steps: 100 }, options),
  "zipf exponents": async (options) => ({
    half: (await run({ ...small, distribution: { kind: "zipf", exponent: 0.5 } }, options)).weights,
    two: (await run({ ...small, distribution: { kind: "zipf", exponent: 2 } }, options)).weights,
  }),
  "given probabilities": (options) =>
    run(
      {
        ...small,
        vocabSize: 5,
        distribution: { kind: "given", probabilities: [0.5, 0, 0.25, 0.125, 0.125] },
      },
      options,
    ),
  "schedule: warmup, stable, decay": (options) =>
    run({ ...small, learningRate: lab.warmupStableDecay(0.02, 10, 40, 60) }, options),
  "schedule: cosine": (options) =>
    run({ ...small, learningRate: { kind: "cosine", from: 0.02, to: 0.001, start: 5, end: 50 } }, options),
  "schedule: sequence": (options) =>
    run(
      {
        ...small,
        learningRate: lab.sequence(
          [0, lab.warmup(0.02, 10)],
          [20, lab.cosine(0.02, 0.001, 20, 50)],
          [55, 0.005],
        ),
      },
      options,
    ),
  "evaluation at logarithmic steps": (options) => {
    const { evaluateEvery: _, ...config } = small;
    return run({ ...config, evaluateAt: { kind: "log", perDecade: 7 } }, options);
  },
  "schedule: joined": (options) =>
    run(
      { ...small, learningRate: lab.join(lab.warmup(0.02, 20), lab.linearDecay(0.01, 0, 30, 60), 30) },
      options,
    ),
  "evaluation: sampled": (options) => run({ ...small, evaluation: { kind: "sampled", size: 5000 } }, options),
  "evaluation: stratified": (options) =>
    run(
      { ...small, vocabSize: 300, evaluation: { kind: "stratified", exactInputs: 40, sampledInputs: 64 } },
      options,
    ),
  spectrum: async (options) => {
    const out = {};
    for (const [vocabSize, embeddingDim] of [
      [40, 13],
      [13, 40],
    ]) {
      const trainer = await createTrainer({ ...small, vocabSize, embeddingDim, tied: false }, options);
      await trainer.advance(25);
      out[`${vocabSize} × ${embeddingDim}`] = await textHash(await trainer.spectrum());
      trainer.dispose();
    }
    return out;
  },
  "snapshot and restore": async (options) => {
    const config = { ...small, tied: false, norm: "layernorm" };
    const whole = await createTrainer(config, options);
    await whole.advance(60);
    const first = await createTrainer(config, options);
    await first.advance(37);
    const bytes = await first.snapshot();
    const second = await restoreTrainer(bytes, options);
    await second.advance(23);
    const end = await sha256(await second.snapshot());
    if (end !== (await sha256(await whole.snapshot()))) throw new Error("the restored run ended elsewhere");
    for (const trainer of [whole, first, second]) trainer.dispose();
    return { at37: await sha256(bytes), at60: end };
  },
  "the caller's batches": async (options) => {
    const trainer = await createTrainer({ ...small, norm: "rmsnorm" }, options);
    const state = { x: 7 };
    const steps = [];
    for (let i = 0; i < 30; i++) steps.push(await trainer.step(ownBatch(state, trainer.config)));
    const weights = await weightsHash(await trainer.weights());
    trainer.dispose();
    return { steps: await textHash(steps), weights };
  },
  load: async (options) => {
    const trainer = await createTrainer({ ...small, tied: false, norm: "layernorm" }, options);
    await trainer.advance(7);
    await trainer.load({ embedding: ownArray(57 * 22, 1), gain: ownArray(22, 2), bias: ownArray(22, 3) });
    const evaluation = await textHash(await trainer.evaluate());
    await trainer.advance(20);
    const weights = await weightsHash(await trainer.weights());
    trainer.dispose();
    return { evaluation, weights };
  },
  "optimizer: AdamW": (options) =>
    run({ ...small, norm: "layernorm", tied: false, optimizer: { kind: "adam", weightDecay: 0.1 } }, options),
  "optimizer: coupled Adam": async (options) => {
    const optimizer = { kind: "adam", coupled: true };
    return {
      // combined products, a step of one block, and of several
      combined: (await run({ ...small, optimizer }, options)).records,
      one: (await run({ ...small, tied: false, norm: "layernorm", optimizer }, options)).records,
      several: (await run({ ...small, vocabSize: 300, batchSize: 500, steps: 20, optimizer }, options))
        .records,
    };
  },
  "optimizer: sgd": async (options) => ({
    plain: (await run({ ...small, learningRate: 0.5, optimizer: { kind: "sgd" } }, options)).weights,
    nesterov: (
      await run(
        {
          ...small,
          tied: false,
          norm: "rmsnorm",
          learningRate: 0.1,
          optimizer: { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.01 },
        },
        options,
      )
    ).weights,
  }),
  "optimizer: sign": async (options) => ({
    signSGD: (await run({ ...small, learningRate: 0.001, optimizer: { kind: "sign" } }, options)).weights,
    Signum: (
      await run(
        { ...small, tied: false, learningRate: 0.001, optimizer: { kind: "sign", momentum: 0.9 } },
        options,
      )
    ).weights,
  }),
  "exact gradients": async (options) => {
    const { batchSize: _, ...config } = small;
    const exact = { ...config, gradient: "exact", steps: 20 };
    return {
      tied: (await run({ ...exact, vocabSize: 300 }, options)).records,
      untied: (await run({ ...exact, tied: false, norm: "layernorm" }, options)).records,
      topics: (await run({ ...exact, targets: { kind: "topics", count: 5, strength: 0.4 } }, options))
        .records,
    };
  },
  interventions: (options) =>
    run(
      {
        ...small,
        tied: false,
        norm: "layernorm",
        init: { kind: "unigram", noise: 0.1 },
        interventions: [
          { step: 7, kind: "rescale", embeddingRms: 0.7, unembeddingRms: 0.3 },
          { step: 20, kind: "gradient", gradient: "exact" },
          { step: 30, kind: "gradient", gradient: "sampled", freezeSecondMoment: true },
          { step: 40, kind: "gradient", gradient: "sampled" },
          { step: 40, kind: "reset-moments" },
        ],
      },
      options,
    ),
  "targets: topics": async (options) => {
    const topics = { ...small, tied: false, targets: { kind: "topics", count: 7, strength: 0.6 } };
    return {
      exact: await run(topics, options),
      stratified: await run(
        { ...topics, evaluation: { kind: "stratified", exactInputs: 20, sampledInputs: 30 } },
        options,
      ),
      sampled: await run({ ...topics, evaluation: { kind: "sampled", size: 5000 } }, options),
      one: (await run({ ...small, targets: { kind: "topics", count: 1, strength: 1 } }, options)).weights,
    };
  },
  "targets: low-rank": async (options) => {
    const config = { ...small, tied: false, targets: { kind: "low-rank", rank: 3, scale: 1.5, seed: 4 } };
    const { entropy, conditionalEntropy } = await lab.tokenSource(config);
    return { ...(await run(config, options)), entropies: `${entropy} ${conditionalEntropy}` };
  },
  corpus: async (options) => {
    const { inputs: corpus } = ownBatch({ x: 5 }, { batchSize: 3000, vocabSize: 57 });
    const digest = lab.corpusDigest(corpus);
    const config = { ...small, tied: false, distribution: { kind: "corpus", digest } };
    return { digest, ...(await run(config, { ...options, corpus })) };
  },
  divergence: async (options) => {
    const records = [];
    for await (const record of train({ ...small, learningRate: 1e30 }, options)) records.push(record);
    const { step, diverged } = records.at(-1);
    return { end: `step ${step}, diverged: ${diverged}`, records: await textHash(records) };
  },
  "the reference backend": (options) => run({ ...small, steps: 20 }, { ...options, backend: "reference" }),
  "observables of one's own": async () => {
    const probabilities = lab.tokenProbabilities({ kind: "zipf", exponent: 1 }, 100);
    const rows = ownArray(40 * 6, 11);
    return {
      entropy: String(lab.entropy(probabilities)),
      probabilities: await sha256(Float64Array.from(probabilities)),
      effectiveDimension: await textHash(lab.effectiveDimension(rows, 40, 6)),
      configHash: lab.configHash({ ...small, learningRate: lab.warmup(0.01, 5) }),
    };
  },
  errors: async (options) => {
    const trainer = await createTrainer({ vocabSize: 5, embeddingDim: 3, batchSize: 2 }, options);
    const bytes = await trainer.snapshot();
    const damaged = bytes.slice();
    damaged[bytes.length >> 1] ^= 1;
    const abort = new AbortController();
    abort.abort();
    const out = {
      field: await message(() => createTrainer({ embeddingDim: 0 }, options)),
      unknown: await message(() => createTrainer({ vocabsize: 10 }, options)),
      // how many bytes is the layout's business
      memory: (
        await message(() => createTrainer({ vocabSize: 1 << 24, embeddingDim: 4096 }, options))
      ).replace(/\d{6,} bytes/, "N bytes"),
      batch: await message(() =>
        trainer.step({ inputs: Uint32Array.of(0, 5), targets: Uint32Array.of(0, 1) }),
      ),
      load: await message(() => trainer.load({ gain: new Float32Array(3) })),
      cut: await message(() => restoreTrainer(bytes.slice(0, -1), options)),
      damaged: await message(() => restoreTrainer(damaged, options)),
      aborted: (
        await message(async () => {
          for await (const record of train(small, { ...options, signal: abort.signal })) void record;
        })
      ).split(":")[0],
    };
    trainer.dispose();
    return out;
  },
});

export const caseNames = Object.keys(cases);

/**
 * Runs the cases one after the other.
 * @param options `module`: the compiled kernel, where the runtime does not compile WebAssembly from bytes; `only`: names
 *   of the cases to run, all when left out
 * @returns by case, the strings to compare, or `{ error }` with the message of what went wrong
 */
export async function conformance({ module, only = caseNames } = {}) {
  const options = module ? { module } : {};
  const results = {};
  for (const name of only) {
    try {
      results[name] = await cases[name](options);
    } catch (error) {
      results[name] = { error: `${error?.name}: ${error?.message}` };
    }
  }
  return results;
}

/** What the weights of a short run hash to, however they came about. */
async function shortRun(options, advance = (trainer) => trainer.advance(40)) {
  const trainer = await createTrainer({ ...small, steps: 40 }, options);
  try {
    await advance(trainer);
    return await weightsHash(await trainer.weights());
  } finally {
    trainer.dispose();
  }
}

/** Kernel in a few ways, slices of time, threads: each by what a run of 40 steps comes to by it. */
const probes = {
  "kernel found by itself": () => shortRun({}),
  "kernel handed in": ({ module, bytes }) => {
    if (!module && !bytes) throw new Error("no module at hand");
    return shortRun({ module: module ?? new WebAssembly.Module(bytes) });
  },
  advanceFor: ({ module }) =>
    shortRun(module ? { module } : {}, async (trainer) => {
      await trainer.advanceFor(1);
      while (trainer.stepCount < 40) await trainer.advanceFor(1000);
    }),
  "threads in a run": ({ module }) => shortRun(module ? { module, threads: 2 } : { threads: 2 }),
};

export const featureNames = Object.keys(probes);

/**
 * What this runtime can do beyond the cases.
 * @param options `module` as above, `bytes`: those of kernel.wasm, where a module can be compiled from them
 * @returns by feature, the hash of the run's weights or `Name: message` of the error it ended with
 */
export async function features(options = {}) {
  const results = {};
  for (const [name, probe] of Object.entries(probes)) {
    try {
      results[name] = await probe(options);
    } catch (error) {
      results[name] = `${error?.name}: ${error?.message}`;
    }
  }
  return results;
}
