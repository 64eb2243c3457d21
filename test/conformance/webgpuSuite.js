/**
 * What a run on a GPU promises, wherever there is WebGPU. A plain ES module without a test framework, as suite.js is. A check
 * throws, or says what it found.
 */
import { createTrainer, restoreTrainer } from "unigram-lab";
import { createEnsemble, webgpu } from "unigram-lab/webgpu";

/** Small: a GPU in software takes tens of milliseconds for a step. */
const small = {
  vocabSize: 40,
  embeddingDim: 10,
  batchSize: 30,
  learningRate: 0.01,
  steps: 9,
  evaluateEvery: 3,
  arithmetic: "relaxed",
};
/** More steps than any check waits for. */
const long = { ...small, steps: 1e9 };

const expectThat = (holds, message) => {
  if (!holds) throw new Error(message);
};

/** The error that an action ends with, in words. */
const failure = async (action) => {
  try {
    await action();
    return "no error";
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

/** A run's records and the snapshot at its end. */
async function whole(config, backend) {
  const trainer = await createTrainer(config, { backend });
  const records = [];
  for await (const record of trainer.run()) records.push(record);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { records, snapshot };
}

async function weightsAfter(steps, config, backend) {
  const trainer = await createTrainer(config, { backend });
  await trainer.advance(steps);
  const weights = await trainer.weights();
  trainer.dispose();
  return weights;
}

/** ‖a − b‖/‖b‖ */
function distance(a, b) {
  let [squares, all] = [0, 0];
  b.forEach((x, i) => {
    squares += (a[i] - x) ** 2;
    all += x * x;
  });
  return Math.sqrt(squares / all);
}

const largestDifference = (a, b) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
const isSame = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);

/** The longest time in ms that timers, or a page's frames, had to wait while `work` went on, and how often they came. */
async function longestGap(work) {
  const soon = globalThis.requestAnimationFrame ?? ((call) => setTimeout(call, 5));
  let [longest, ticks, last, isGoingOn] = [0, 0, performance.now(), true];
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    ticks++;
    if (isGoingOn) soon(tick);
  };
  soon(tick);
  await work();
  isGoingOn = false;
  tick();
  return { longest, ticks };
}

/** The same `gpu`, whose latest device can be destroyed. */
function destructible(gpu) {
  let device;
  return {
    destroy: () => device.destroy(),
    gpu: {
      async requestAdapter(options) {
        const adapter = await gpu.requestAdapter(options);
        const requestDevice = adapter.requestDevice.bind(adapter);
        adapter.requestDevice = async (descriptor) => {
          device = await requestDevice(descriptor);
          return device;
        };
        return adapter;
      },
    },
  };
}

const checks = {
  async "the same bits when repeated"({ backend }) {
    const kinds = [{}, { tied: false, norm: "layernorm", gradient: "exact", batchSize: undefined }];
    for (const kind of kinds) {
      const config = { ...small, ...kind };
      const [first, second] = [await whole(config, backend), await whole(config, backend)];
      expectThat(first.records.length === 4, `${first.records.length} records`);
      expectThat(JSON.stringify(first.records) === JSON.stringify(second.records), "other records");
      expectThat(isSame(first.snapshot, second.snapshot), "other bits in the snapshot");
    }
    return `${kinds.length} runs, records and snapshots`;
  },

  async "weights near the f64 reference's"({ backend }) {
    const got = await weightsAfter(60, long, backend);
    const expected = await weightsAfter(60, long, "reference");
    const apart = distance(got.embedding, expected.embedding);
    expectThat(apart < 2e-6, `${apart} apart, expected below 2e-6`);
    return `${apart.toExponential(1)} apart after 60 steps at (40, 10)`;
  },

  async "the tokens of the CPU"({ backend }) {
    // A step of SGD from E = 0, U = 1 leaves rate/B · (count of the pair − n_a/V) in E: the counts of its batch to be read off.
    const V = 21;
    const unembedding = Float32Array.from({ length: V * V }, (_, i) => (i % (V + 1) === 0 ? 1 : 0));
    const sources = [
      { distribution: { kind: "given", probabilities: Array.from({ length: V }, (_, i) => (i % 4) / 30) } },
      { targets: { kind: "topics", count: 6, strength: 0.7 } },
      { targets: { kind: "low-rank", rank: 3 } },
    ];
    for (const source of sources) {
      const config = {
        ...{ vocabSize: V, embeddingDim: V, tied: false, optimizer: { kind: "sgd" }, learningRate: 1 },
        ...{ batchSize: 40, arithmetic: "relaxed", ...source },
      };
      const ends = [];
      for (const on of [backend, "reference"]) {
        const trainer = await createTrainer(config, { backend: on });
        await trainer.load({ embedding: new Float32Array(V * V), unembedding });
        const seen = [];
        for (const steps of [1, 3]) {
          await trainer.advance(steps);
          seen.push((await trainer.weights()).embedding);
        }
        ends.push(seen);
        trainer.dispose();
      }
      // one token taken for another changes an entry by 1/B
      for (const i of [0, 1]) {
        const apart = largestDifference(ends[0][i], ends[1][i]) * config.batchSize;
        expectThat(apart < 0.01, `${JSON.stringify(source)}: counts differ by ${apart}`);
      }
    }
    return `${sources.length} sources, counts of pairs after one step and after four`;
  },

  async "snapshots move to the CPU and back"({ backend }) {
    const config = { ...small, tied: false, norm: "rmsnorm" };
    const there = await createTrainer(config, { backend });
    await there.advance(4);
    const bytes = await there.snapshot();
    const here = await restoreTrainer(bytes, { backend: "reference" });
    expectThat(isSame(await here.snapshot(), bytes), "other bytes on the CPU");
    await here.advance(3);
    const later = await here.snapshot();
    const back = await restoreTrainer(later, { backend });
    expectThat(isSame(await back.snapshot(), later), "other bytes back on the GPU");
    for (const trainer of [there, here, back]) trainer.dispose();
    return `${bytes.length} bytes, the same`;
  },

  async "many at once are as each alone"({ backend }) {
    const configs = [0.003, 0.01, 0.03].map((learningRate, seed) => ({ ...small, learningRate, seed }));
    const bits = [];
    for (let turn = 0; turn < 2; turn++) {
      const ensemble = await createEnsemble(configs, { backend });
      await ensemble.advance(9);
      bits.push((await ensemble.weights()).map(({ embedding }) => embedding));
      ensemble.dispose();
    }
    let most = 0;
    for (const [i, config] of configs.entries()) {
      expectThat(isSame(bits[0][i], bits[1][i]), "other bits when repeated");
      most = Math.max(most, distance(bits[0][i], (await weightsAfter(9, config, backend)).embedding));
    }
    expectThat(most < 2e-6, `${most} apart, expected below 2e-6`);
    return `${most.toExponential(1)} apart at most`;
  },

  async "timers and frames go on beside a long run"({ backend }) {
    const trainer = await createTrainer(long, { backend });
    await trainer.advance(1);
    const { longest, ticks } = await longestGap(() => trainer.advanceFor(1500));
    const { stepCount } = trainer;
    trainer.dispose();
    expectThat(stepCount > 2, `${stepCount} steps in 1.5 s`);
    // on whatever busy machine: one that holds its thread has none
    expectThat(ticks > 3, `${ticks} turns of a timer, the longest gap ${longest.toFixed(0)} ms`);
    return `longest gap ${longest.toFixed(0)} ms of ${ticks}, ${stepCount} steps beside them`;
  },

  async "a destroyed device fails the call in hand, and its run is reopened"({ gpu }) {
    const mortal = destructible(gpu);
    const backend = webgpu({ gpu: mortal.gpu, allowFallbackAdapter: true });
    const trainer = await createTrainer(long, { backend });
    await trainer.advance(1);
    const advanced = failure(() => trainer.advance(100_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const from = performance.now();
    mortal.destroy();
    const said = await advanced;
    const took = performance.now() - from;
    expectThat(said.startsWith("DeviceLost: backend: the GPU's device was lost"), said);
    // a second is promised; other tests may have this machine's cores
    expectThat(took < 10_000, `the call failed after ${took.toFixed(0)} ms`);
    const later = await failure(() => trainer.evaluate());
    expectThat(later.startsWith("DeviceLost: backend: the GPU's device was lost"), `later: ${later}`);
    // the backend finds another device
    const { step } = await trainer.reopen();
    expectThat((await trainer.advance(3)).step === step + 3, "does not go on");
    trainer.dispose();
    return `after ${took.toFixed(0)} ms; reopened at step ${step}`;
  },

  async "what it cannot do is refused in one line"({ gpu, backend }) {
    const strict = await failure(() => createTrainer({ ...small, arithmetic: "strict" }, { backend }));
    expectThat(strict.startsWith('ConfigError: arithmetic: expected "relaxed" with WebGPU'), strict);
    const { adapter } = await backend.device.computedBy();
    if (!/swiftshader|llvmpipe/i.test(adapter)) return "strict arithmetic";
    const software = await failure(() => createTrainer(small, { backend: webgpu({ gpu }) }));
    expectThat(/^ConfigError: backend: expected a GPU, got .* in software/.test(software), software);
    return "strict arithmetic, a software adapter that was not asked for";
  },
};

export const checkNames = Object.keys(checks);

/**
 * These checks on the `gpu` that the package finds by itself.
 * @param gpu the same, for a device that can be destroyed
 * @returns who computed and, of every check, `{ holds, said }`; or, where there is no adapter, `{ none }`, which says so
 */
export async function webgpuConformance(gpu, names = checkNames) {
  const backend = webgpu({ allowFallbackAdapter: true });
  let computedBy;
  try {
    computedBy = await backend.device.computedBy();
  } catch (error) {
    return { none: error.message };
  }
  const found = {};
  for (const name of names) {
    const from = performance.now();
    try {
      found[name] = { holds: true, said: await checks[name]({ gpu, backend }) };
    } catch (error) {
      found[name] = { holds: false, said: `${error.name}: ${error.message}` };
    }
    found[name].seconds = (performance.now() - from) / 1000;
  }
  return { computedBy, checks: found };
}
