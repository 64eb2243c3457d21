/** Runs with interventions: what they do, each once, wherever a run is cut and whoever computes it. */
import { describe, expect, test } from "vitest";
import { type BackendOptions, DeviceLost } from "../../src/backend/backend.js";
import {
  lossAndGradients,
  type Parameters,
  populationLossAndGradients,
  toParameters,
  zerosLike,
} from "../../src/backend/reference/model.js";
import { wasm } from "../../src/backend/wasm/backend.js";
import { createSource } from "../../src/data/createSource.js";
import { PURPOSE, streamKey } from "../../src/data/random.js";
import {
  createTrainer,
  type InterventionInput,
  parseConfig,
  type RunConfig,
  type RunConfigInput,
  restoreTrainer,
  type Trainer,
  type TrainerOptions,
  type TrainingRecord,
  type Weights,
} from "../../src/index.js";
import { initialWeights } from "../../src/model/initialWeights.js";
import { createEnsemble, type EnsembleRecord, restoreEnsemble } from "../../src/training/ensemble.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { LossyDevice } from "./lossyDevice.js";

const base: RunConfigInput = {
  vocabSize: 40,
  embeddingDim: 6,
  tied: false,
  norm: "layernorm",
  batchSize: 16,
  learningRate: 0.01,
  steps: 30,
  evaluateEvery: 10,
};
const reset = (step: number): InterventionInput => ({ step, kind: "reset-moments" });
const rescale = (step: number): InterventionInput => ({
  step,
  kind: "rescale",
  embeddingRms: 0.9,
  unembeddingRms: 0.2,
});
const gradient = (
  step: number,
  kind: "exact" | "sampled",
  freezeSecondMoment = false,
): InterventionInput => ({
  step,
  kind: "gradient",
  gradient: kind,
  freezeSecondMoment,
});

/** Everything, twice at one step, at an evaluation and between two. */
const all = [
  reset(5),
  rescale(10),
  gradient(10, "exact", true),
  gradient(17, "sampled"),
  reset(17),
  rescale(20),
];

async function whole(config: RunConfigInput, options: TrainerOptions = {}) {
  const trainer = await createTrainer(config, options);
  const records: TrainingRecord[] = [];
  for await (const record of trainer.run()) records.push(record);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { records, snapshot };
}

/** How far weights lie apart. */
const apart = (a: Weights, b: Partial<Record<keyof Weights, ArrayLike<number>>>): number =>
  Math.max(
    ...Object.entries(a).flatMap(([name, array]) =>
      Array.from(array as Float32Array, (x, i) =>
        Math.abs(x - (b[name as keyof Weights] as ArrayLike<number>)[i]),
      ),
    ),
  );

/** Adam with interventions as the formulas say it, in f64: no backend and no code of theirs. */
async function byHand(input: RunConfigInput): Promise<Parameters> {
  const config = parseConfig(input);
  const source = await createSource(config);
  const weights = toParameters(initialWeights(config, source));
  let [m, v] = [zerosLike(weights), zerosLike(weights)];
  let [first, second] = [1, 1];
  let kind = config.gradient;
  let isFrozen = false;
  const names = Object.keys(weights) as (keyof Parameters)[];
  const rms = (array: Float64Array) => Math.sqrt(array.reduce((sum, x) => sum + x * x, 0) / array.length);
  for (let step = 0; step < config.steps; step++) {
    for (const one of config.interventions ?? []) {
      if (one.step !== step) continue;
      if (one.kind === "reset-moments") {
        [m, v] = [zerosLike(weights), zerosLike(weights)];
        [first, second] = [1, 1];
      } else if (one.kind === "gradient") {
        kind = one.gradient;
        isFrozen = one.freezeSecondMoment;
      } else {
        const e = (one.embeddingRms as number) / rms(weights.embedding);
        const u = (one.unembeddingRms as number) / rms(weights.unembedding as Float64Array);
        const factors: Record<string, number> = { embedding: e, unembedding: u, gain: 1 / u, bias: 1 / u };
        for (const name of names)
          (weights[name] as Float64Array).forEach((_, i) => {
            (weights[name] as Float64Array)[i] *= factors[name];
            (m[name] as Float64Array)[i] /= factors[name];
            (v[name] as Float64Array)[i] /= factors[name] ** 2;
          });
      }
    }
    const { gradients } =
      kind === "exact"
        ? populationLossAndGradients(config, weights, source.probabilities, source.targets)
        : lossAndGradients(
            config,
            weights,
            source.draw(streamKey(config.seed, PURPOSE.batch, step), config.batchSize),
          );
    first *= 0.9;
    if (!isFrozen) second *= 0.999;
    for (const name of names)
      for (const [i, g] of (gradients[name] as Float64Array).entries()) {
        const [own, square] = [m[name] as Float64Array, v[name] as Float64Array];
        own[i] = 0.9 * own[i] + 0.1 * g;
        if (!isFrozen) square[i] = 0.999 * square[i] + 0.001 * g * g;
        (weights[name] as Float64Array)[i] -=
          ((0.01 / (1 - first)) * own[i]) / (Math.sqrt(square[i]) / Math.sqrt(1 - second) + 1e-8);
      }
  }
  return weights;
}

describe("as the formulas say it", () => {
  test.each<[string, InterventionInput[]]>([
    ["nothing", []],
    ["moments reset", [reset(12)]],
    ["weights rescaled", [rescale(12)]],
    ["exact gradients", [gradient(12, "exact")]],
    ["exact gradients, second moment frozen", [gradient(12, "exact", true)]],
    ["second moment frozen and let go", [gradient(12, "sampled", true), gradient(20, "sampled")]],
    ["all", all],
  ])("%s", async (_, interventions) => {
    // so many pairs that every token was an input before a second moment is frozen: one of 0 would let its weight fly off
    const config = { ...base, batchSize: 400, init: { kind: "normal", std: 1 }, interventions } as const;
    const expected = await byHand(config);
    for (const [backend, tolerance] of [
      // rounded to f32 at the end, weights being below 4, and at every intervention before
      ["reference", interventions.length > 0 ? 1e-5 : 2 ** -23],
      ["wasm", 5e-5],
    ] as const) {
      const { state } = decodeSnapshot((await whole(config, { backend })).snapshot);
      expect(apart(state.weights, expected as never)).toBeLessThan(tolerance);
    }
    if (interventions.length > 0) {
      const { state } = decodeSnapshot((await whole(base)).snapshot);
      expect(apart(state.weights, expected as never)).toBeGreaterThan(1e-3);
    }
  });

  test("behind a reset a run of exact gradients is one that begins with these weights, bit for bit", async () => {
    for (const optimizer of [
      { kind: "adam" },
      { kind: "adam", coupled: true, weightDecay: 0.1 },
      { kind: "sgd", momentum: 0.9 },
      { kind: "sign", momentum: 0.9 },
    ] as const)
      for (const backend of ["wasm", "reference"] as const) {
        const { batchSize: _, ...config } = { ...base, gradient: "exact", optimizer } as const;
        const trainer = await createTrainer({ ...config, interventions: [reset(13)] }, { backend });
        await trainer.advance(13);
        const fresh = await createTrainer(config, { backend });
        await fresh.load(await trainer.weights());
        await trainer.advance(9);
        await fresh.advance(9);
        expect(await trainer.weights()).toEqual(await fresh.weights());
        for (const one of [trainer, fresh]) one.dispose();
      }
  });

  test("a frozen second moment stays as it is, its bias correction too; the first goes on", async () => {
    const config = { ...base, interventions: [gradient(12, "sampled", true)] };
    for (const backend of ["wasm", "reference"] as const) {
      const trainer = await createTrainer(config, { backend });
      const states = [];
      for (const count of [12, 8]) {
        await trainer.advance(count);
        states.push(decodeSnapshot(await trainer.snapshot()).state);
      }
      const [before, after] = states;
      expect(after.arrays.secondMoment).toEqual(before.arrays.secondMoment);
      expect(after.scalars.beta2Power).toBe(before.scalars.beta2Power);
      expect(after.scalars.beta1Power).toBeLessThan(before.scalars.beta1Power);
      expect(after.arrays.firstMoment).not.toEqual(before.arrays.firstMoment);
      trainer.dispose();
    }
  });

  test("the record at its step shows the run before it", async () => {
    const plain = (await whole(base)).records;
    const { records } = await whole({ ...base, interventions: [{ ...rescale(10) }, gradient(10, "exact")] });
    expect(records.map(({ step }) => step)).toEqual([0, 10, 20, 30]);
    const withoutNorm = records.map(({ gradientNorm: _, ...record }) => record);
    expect(withoutNorm.slice(0, 2)).toEqual(plain.slice(0, 2));
    expect(withoutNorm[2]).not.toEqual(plain[2]);
    // and what only exact gradients have, where they are
    expect(records.map(({ gradientNorm }) => typeof gradientNorm)).toEqual([
      "object",
      "object",
      "number",
      "number",
    ]);
    expect("gradientNorm" in plain[0]).toBe(false);
  });
});

describe("each once, bit for bit", () => {
  const corners: [string, RunConfigInput][] = [
    ["untied", { ...base, interventions: all }],
    [
      "tied, combined step",
      {
        ...base,
        tied: true,
        norm: "none",
        interventions: [reset(5), gradient(10, "exact", true), gradient(17, "sampled")],
      },
    ],
    [
      "coupled, conditional",
      {
        ...base,
        targets: { kind: "topics", count: 4, strength: 0.5 },
        optimizer: { kind: "adam", coupled: true },
        interventions: all,
      },
    ],
    [
      "begun exact",
      {
        ...base,
        gradient: "exact",
        interventions: [gradient(0, "sampled"), reset(10), gradient(20, "exact")],
      },
    ],
  ];

  test.each(corners)("%s: at whatever step it is cut and restored", async (_, config) => {
    const expected = await whole(config);
    for (const cut of [0, 4, 5, 6, 9, 10, 11, 16, 17, 18, 20, 29, 30]) {
      const first = await createTrainer(config);
      if (cut > 0) await first.advance(cut);
      // to the same snapshot, however often it is taken
      const second = await restoreTrainer(await first.snapshot());
      const bytes = await second.snapshot();
      expect(bytes).toEqual(await first.snapshot());
      const records: TrainingRecord[] = [];
      for await (const record of second.run()) records.push(record);
      expect(records).toEqual(expected.records.filter(({ step }) => step >= cut));
      expect(await second.snapshot()).toEqual(expected.snapshot);
      for (const one of [first, second]) one.dispose();
    }
  });

  test.each(corners)("%s: in whatever slices, on whatever threads", async (_, config) => {
    const { snapshot } = await whole(config);
    const { state, trainLoss } = decodeSnapshot(snapshot);
    const same = async (trainer: Trainer) => {
      const now = decodeSnapshot(await trainer.snapshot());
      expect(now.state).toEqual(state);
      expect(now.trainLoss).toBe(trainLoss);
      trainer.dispose();
    };
    const single = await createTrainer(config);
    for (let step = 1; step <= 30; step++) expect((await single.advance(1)).step).toBe(step);
    await same(single);
    const once = await createTrainer(config);
    expect((await once.advance(30)).step).toBe(30);
    await same(once);
    const timed = await createTrainer(config);
    await timed.advanceFor(60_000);
    await same(timed);
    const threaded = await createTrainer(config, { threads: 2, maxThreads: 3 });
    await threaded.advance(8);
    await threaded.setThreads(3);
    await threaded.advance(22);
    await same(threaded);
  });

  test("a run that is made longer meets what lay at its end; a shorter one is refused what it would lose", async () => {
    const config = { ...base, interventions: [reset(5), reset(30)] };
    const { snapshot } = await whole(config);
    const longer = await restoreTrainer(snapshot, { steps: 40 });
    await longer.advance(1);
    const { scalars } = decodeSnapshot(await longer.snapshot()).state;
    expect(scalars.beta1Power).toBe(0.9);
    longer.dispose();
    const trainer = await createTrainer(config);
    await trainer.advance(7);
    await expect(restoreTrainer(await trainer.snapshot(), { steps: 20 })).rejects.toThrow(
      "interventions.1.step: expected at most 20 (steps), got 30 (reset-moments at step 30)",
    );
    trainer.dispose();
  });

  test("load puts the run at step 0, before all of them", async () => {
    const config = { ...base, interventions: all };
    const trainer = await createTrainer(config);
    const begin = await trainer.weights();
    await trainer.advance(13);
    await trainer.load(begin);
    for await (const _ of trainer.run());
    expect(await trainer.snapshot()).toEqual((await whole(config)).snapshot);
    trainer.dispose();
  });

  test("a caller's batches are taken where batches are", async () => {
    const batch = { inputs: new Uint32Array(16).fill(3), targets: new Uint32Array(16).fill(5) };
    const trainer = await createTrainer({
      ...base,
      interventions: [reset(2), gradient(4, "exact"), gradient(6, "sampled")],
    });
    for (let i = 0; i < 4; i++) await trainer.step(batch);
    const { scalars } = decodeSnapshot(await trainer.snapshot()).state;
    expect(scalars.beta1Power).toBe(0.9 * 0.9);
    for (let i = 0; i < 2; i++) {
      await expect(trainer.step(batch)).rejects.toThrow(
        "batch: expected nothing with exact gradients, got a batch",
      );
      await trainer.step();
    }
    expect((await trainer.step(batch)).step).toBe(7);
    trainer.dispose();
  });

  test.each([
    ["in place", [{ step: 10, kind: "rescale", embeddingRms: 3e38 }]],
    ["by another gradient", [{ step: 10, kind: "rescale", embeddingRms: 3e38 }, gradient(10, "exact")]],
  ] as [string, InterventionInput[]][])(
    "an update that cannot be done takes its interventions back: %s",
    async (_, interventions) => {
      const config = { ...base, norm: "rmsnorm", interventions } as const;
      const { records, snapshot } = await whole(config);
      expect(records.at(-1)).toMatchObject({ step: 10, diverged: true });
      const plain = await createTrainer({ ...base, norm: "rmsnorm" });
      await plain.advance(10);
      const trainer = await restoreTrainer(snapshot);
      expect(await trainer.weights()).toEqual(await plain.weights());
      expect(await trainer.evaluate()).toEqual(await plain.evaluate());
      expect((await trainer.advance(5)).step).toBe(10);
      expect(await trainer.weights()).toEqual(await plain.weights());
      for (const one of [trainer, plain]) one.dispose();
    },
  );
});

test("a phase is computed by as many threads as the one before it", async () => {
  const asked: [string, number, number][] = [];
  const backend = {
    ...wasm,
    create: (config: RunConfig, options: BackendOptions) => {
      asked.push([config.gradient, options.threads, options.maxThreads]);
      return wasm.create(config, options);
    },
  };
  const config = { ...base, interventions: [gradient(5, "exact"), gradient(9, "sampled")] };
  const trainer = await createTrainer(config, { backend, threads: 2, maxThreads: 3 });
  await trainer.advance(7);
  await trainer.setThreads(3);
  await trainer.advance(7);
  expect(asked).toEqual([
    ["sampled", 2, 3],
    ["exact", 2, 3],
    ["sampled", 3, 3],
  ]);
  trainer.dispose();
});

test("memory is that of two phases at once, as it is at a change", async () => {
  const config = { ...base, vocabSize: 400, embeddingDim: 50, spectrum: false };
  const { batchSize: _, ...exactConfig } = { ...config, gradient: "exact" } as const;
  const [exact, sampled] = await Promise.all([createTrainer(exactConfig), createTrainer(config)]);
  const most = exact.bytes + sampled.bytes;
  const later = { ...config, interventions: [gradient(10, "exact")] };
  await expect(createTrainer(later, { memoryLimit: most - 1 })).rejects.toThrow("(memoryLimit)");
  const trainer = await createTrainer(later, { memoryLimit: most });
  const before = trainer.bytes;
  expect(before).toBe(sampled.bytes);
  await trainer.advance(11);
  expect(trainer.bytes).toBeGreaterThan(before);
  for (const one of [trainer, exact, sampled]) one.dispose();
});

describe("on a device", () => {
  const config = { ...base, interventions: all };

  test("gives the same bits, and leaves no backend behind", async () => {
    const device = new LossyDevice();
    expect(await whole(config, { backend: device.kind })).toEqual(await whole(config));
    expect(device.alive).toBe(0);
  });

  test.each([3, 10, 12, 17, 18])(
    "lost at step %d it goes on where it was kept, in its phase",
    async (step) => {
      const expected = await whole(config);
      for (const kept of [true, false]) {
        const device = new LossyDevice();
        const trainer = await createTrainer(config, { backend: device.kind });
        await trainer.advance(step);
        if (kept) await trainer.snapshot();
        device.onCall = (name) => {
          if (name === "advance") device.lose();
        };
        await expect(trainer.advance(1)).rejects.toThrow(DeviceLost);
        device.onCall = () => {};
        expect(await trainer.reopen()).toEqual({ step: kept ? step : 0, afresh: false });
        const records = [];
        for await (const record of trainer.run()) records.push(record);
        expect(records.at(-1)).toEqual(expected.records.at(-1));
        expect(await trainer.snapshot()).toEqual(expected.snapshot);
        expect(device.alive).toBe(1);
        trainer.dispose();
      }
    },
  );

  test("found to be another one, the run begins afresh in the phase that it began with", async () => {
    const device = new LossyDevice();
    const first = await createTrainer(config, { backend: device.kind });
    await first.advance(12);
    const trainer = await restoreTrainer(await first.snapshot(), { backend: device.kind });
    await trainer.advance(8);
    await trainer.snapshot();
    device.lose();
    device.adapter = "second";
    expect(await trainer.reopen()).toEqual({ step: 12, afresh: true });
    for await (const _ of trainer.run());
    expect(await trainer.snapshot()).toEqual((await whole(config)).snapshot);
    for (const one of [first, trainer]) one.dispose();
  });

  test("members of an ensemble change together, and each is what it is alone", async () => {
    const configs = [
      config,
      { ...config, seed: 4 },
      { ...config, seed: 5, interventions: [] },
      { ...config, interventions: [gradient(10, "sampled", true), gradient(15, "exact")] },
    ];
    const device = new LossyDevice();
    const ensemble = await createEnsemble(configs, { backend: device.kind });
    const records: EnsembleRecord[] = [];
    for await (const one of ensemble.run()) records.push(one);
    const snapshots = await ensemble.snapshot();
    for (const [member, own] of configs.entries()) {
      const alone = await whole(own);
      expect(records.filter((one) => one.member === member).map(({ record }) => record)).toEqual(
        alone.records,
      );
      expect(snapshots[member]).toEqual(alone.snapshot);
    }
    expect(device.made[0]).toBe(4);
    expect(device.made.reduce((sum, count) => sum + count, 0)).toBe(4 + 3 + 1 + 2);
    expect(device.alive).toBe(4);
    ensemble.dispose();
  });

  test("those who change at one time are made together, of every shape a group", async () => {
    const changes = [gradient(10, "exact"), gradient(10, "sampled", true)];
    const device = new LossyDevice();
    const ensemble = await createEnsemble(
      [0, 1, 2, 3, 4].map((seed) => ({ ...base, seed, interventions: [changes[seed % 2]] })),
      { backend: device.kind },
    );
    await ensemble.advance(12);
    expect(device.made.sort()).toEqual([2, 3, 5]);
    ensemble.dispose();
  });

  test("an ensemble whose members are in several phases is reopened and restored", async () => {
    const configs = [config, { ...config, seed: 4, interventions: [reset(5)] }];
    const device = new LossyDevice();
    const ensemble = await createEnsemble(configs, { backend: device.kind });
    await ensemble.advance(13);
    const snapshots = await ensemble.snapshot();
    device.lose();
    await expect(ensemble.advance(1)).rejects.toThrow(DeviceLost);
    expect(await ensemble.reopen()).toEqual(configs.map(() => ({ step: 13, afresh: false })));
    const again = await restoreEnsemble(snapshots, { backend: device.kind });
    for (const one of [ensemble, again]) {
      for await (const _ of one.run());
      expect(await one.snapshot()).toEqual([
        (await whole(configs[0])).snapshot,
        (await whole(configs[1])).snapshot,
      ]);
      one.dispose();
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(device.alive).toBe(0);
  });
});
