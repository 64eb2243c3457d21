/** Many models at once: each as if it were alone, made and asked together, going on together when a device is lost. */
import { describe, expect, test } from "vitest";
import { DeviceLost } from "../../src/backend/backend.js";
import { corpusDigest } from "../../src/data/digest.js";
import { createTrainer, type RunConfigInput, type TrainingRecord } from "../../src/index.js";
import { createEnsemble, type EnsembleRecord, restoreEnsemble } from "../../src/training/ensemble.js";
import { Together } from "../../src/training/together.js";
import { LossyDevice } from "./lossyDevice.js";

const base: RunConfigInput = {
  vocabSize: 20,
  embeddingDim: 4,
  batchSize: 8,
  learningRate: 0.01,
  steps: 30,
  evaluateEvery: 10,
};
/** Of one shape, and different in all else. */
const configs: RunConfigInput[] = [
  base,
  { ...base, seed: 7, steps: 45 },
  {
    ...base,
    learningRate: {
      kind: "piecewise-linear",
      points: [
        [0, 0.02],
        [30, 0],
      ],
    },
    evaluateEvery: 7,
  },
  { ...base, distribution: { kind: "zipf", exponent: 1.7 }, init: { kind: "normal", std: 0.9 } },
  { ...base, optimizer: { kind: "adam", beta1: 0.5, weightDecay: 0.1 } },
  { ...base, learningRate: 1e30 },
];

async function alone(config: RunConfigInput) {
  const trainer = await createTrainer(config);
  const records: TrainingRecord[] = [];
  for await (const record of trainer.run()) records.push(record);
  const end = { records, snapshot: await trainer.snapshot() };
  trainer.dispose();
  return end;
}

const ofMember = (records: readonly EnsembleRecord[], member: number) =>
  records.filter((one) => one.member === member).map(({ record }) => record);

describe.each(["wasm", "device"] as const)("on %s", (where) => {
  const device = new LossyDevice();
  const backend = where === "wasm" ? where : device.kind;

  test("every member is what it is alone; one that diverges stops alone", async () => {
    const ensemble = await createEnsemble(configs, { backend });
    const records: EnsembleRecord[] = [];
    for await (const one of ensemble.run()) records.push(one);
    const snapshots = await ensemble.snapshot();
    for (const [member, config] of configs.entries()) {
      const expected = await alone(config);
      expect(ofMember(records, member)).toEqual(expected.records);
      expect(snapshots[member]).toEqual(expected.snapshot);
    }
    expect(ofMember(records, 5).at(-1)?.diverged).toBe(true);
    ensemble.dispose();
  });

  test("what it is asked it asks all, in the order of the configs", async () => {
    const ensemble = await createEnsemble(configs, { backend });
    const results = await ensemble.advance(12);
    expect(results.map(({ step }) => step).slice(0, 5)).toEqual([12, 12, 12, 12, 12]);
    // the one that diverges did not get there, and says why
    expect(results[5].step).toBeLessThan(12);
    expect(results[5].loss).not.toBeLessThan(Number.POSITIVE_INFINITY);
    const [evaluations, spectra, weights] = [
      await ensemble.evaluate(),
      await ensemble.spectrum(),
      await ensemble.weights(),
    ];
    for (const member of [0, 3]) {
      const trainer = await createTrainer(configs[member]);
      await trainer.advance(12);
      expect(evaluations[member]).toEqual(await trainer.evaluate());
      expect(spectra[member]).toEqual(await trainer.spectrum());
      expect(weights[member]).toEqual(await trainer.weights());
      trainer.dispose();
    }
    ensemble.dispose();
  });

  test("goes on from snapshots, beside members that begin", async () => {
    const ensemble = await createEnsemble(configs.slice(0, 2), { backend });
    await ensemble.advance(13);
    const again = await restoreEnsemble([...(await ensemble.snapshot()), configs[3]], { backend, steps: 50 });
    expect(again.members.map(({ stepCount }) => stepCount)).toEqual([13, 13, 0]);
    expect(again.members.map(({ config }) => config.steps)).toEqual([50, 50, 30]);
    const [a, b] = [await ensemble.advance(9), await again.advance(9)];
    expect(b.slice(0, 2)).toEqual(a);
    expect((await again.weights()).slice(0, 2)).toEqual(await ensemble.weights());
    for (const one of [ensemble, again]) one.dispose();
  });

  test("left in the middle no record is lost and none comes twice", async () => {
    const ensemble = await createEnsemble(configs, { backend });
    const records: EnsembleRecord[] = [];
    for (let left = 0; left < 40; left++) {
      for await (const one of ensemble.run()) {
        records.push(one);
        if (left < 39) break;
      }
    }
    for (const [member, config] of configs.entries())
      expect(ofMember(records, member)).toEqual((await alone(config)).records);
    ensemble.dispose();
  });

  test("whoever leaves it finds every member at its record", async () => {
    const ensemble = await createEnsemble(configs, { backend });
    for await (const { record } of ensemble.run()) if (record.step === 0) break;
    expect(ensemble.members.map(({ stepCount }) => stepCount)).toEqual(configs.map(() => 0));
    ensemble.dispose();
  });

  test("stops at a signal, says how far all are, and refuses a second run", async () => {
    const ensemble = await createEnsemble(configs.slice(0, 3), { backend });
    const controller = new AbortController();
    let done = 0;
    const run = ensemble.run({
      signal: controller.signal,
      onProgress: (steps) => {
        expect(steps).toBeGreaterThan(done);
        done = steps;
        if (steps > 30) controller.abort(new Error("enough"));
      },
    });
    await run.next();
    await expect(ensemble.run().next()).rejects.toThrow("run: expected one run() at a time, got a second");
    const records = [];
    await expect(
      (async () => {
        for await (const one of run) records.push(one);
      })(),
    ).rejects.toThrow("enough");
    expect(done).toBe(ensemble.members.reduce((sum, { stepCount }) => sum + stepCount, 0));
    expect(done).toBeLessThan(30 + 45 + 30);
    ensemble.dispose();
  });

  test("an error of its caller's ends the run", async () => {
    const ensemble = await createEnsemble(configs.slice(0, 3), { backend });
    const run = ensemble.run({
      onProgress: (steps) => {
        if (steps > 20) throw new Error("no more");
      },
    });
    await expect(
      (async () => {
        for await (const _ of run);
      })(),
    ).rejects.toThrow("no more");
    expect((await ensemble.advance(1)).length).toBe(3);
    ensemble.dispose();
  });

  test.each([
    [[], "configs: expected a list of at least one, got []"],
    [undefined, "configs: expected a list of at least one, got undefined"],
    [[base, 5], "configs[1]: expected an object, got 5"],
    [[base, base, { ...base, vocabSize: 0 }], "configs[2].vocabSize: expected a whole number"],
    [[base, { ...base, vocabsize: 3 }], "configs[1].vocabsize: unknown"],
  ])("refuses %j", async (given, message) => {
    await expect(createEnsemble(given as RunConfigInput[], { backend })).rejects.toThrow(message);
  });

  test("refuses what no config makes use of, and unknown options", async () => {
    const corpus = Uint32Array.of(1, 2, 3);
    await expect(createEnsemble([base], { backend, corpus })).rejects.toThrow(
      "corpus: expected nothing, since no config names it",
    );
    await expect(createEnsemble([base], { backend, thread: 3 } as object)).rejects.toThrow(
      "thread: unknown option",
    );
  });

  test("a memory limit is for all of them", async () => {
    const [{ bytes }] = (await createEnsemble([base], { backend })).members;
    await expect(createEnsemble([base, base, base], { backend, memoryLimit: 2.5 * bytes })).rejects.toThrow(
      "(memoryLimit)",
    );
    (await createEnsemble([base, base], { backend, memoryLimit: 2.5 * bytes })).dispose();
  });

  test("a corpus goes to those whose configs name it", async () => {
    const corpus = Uint32Array.from({ length: 500 }, (_, i) => (i * i) % 20);
    const own = { ...base, distribution: { kind: "corpus", digest: corpusDigest(corpus) } } as const;
    const ensemble = await createEnsemble([own, { ...own, seed: 4 }], { backend, corpus });
    const trainer = await createTrainer(own, { corpus });
    expect((await ensemble.advance(9))[0]).toEqual(await trainer.advance(9));
    const again = await restoreEnsemble(await ensemble.snapshot(), { backend, corpus });
    expect(await again.evaluate()).toEqual(await ensemble.evaluate());
    for (const one of [ensemble, again, trainer]) one.dispose();
  });
});

test("a member that has no record to give stops too when the run is left", async () => {
  const ensemble = await createEnsemble([base, { ...base, steps: 100_000, evaluateEvery: 100_000 }]);
  for await (const { record } of ensemble.run()) if (record.step === 20) break;
  expect(ensemble.members[1].stepCount).toBeLessThan(100_000);
  ensemble.dispose();
});

test("a member that fails before it has asked for its backend fails those that ask later", async () => {
  const { kind } = new LossyDevice();
  const together = new Together(kind);
  const [first, second] = await together.all([
    async () => {
      throw new Error("no source");
    },
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return together.kind.create({} as never, {} as never);
    },
  ]);
  expect(first).toEqual({ status: "rejected", reason: new Error("no source") });
  expect(second).toEqual(first);
});

test("elsewhere than on a device shapes may differ", async () => {
  const ensemble = await createEnsemble([base, { ...base, vocabSize: 33, norm: "layernorm" }]);
  expect(await ensemble.evaluate()).toHaveLength(2);
  await expect(ensemble.reopen()).rejects.toThrow("reopen: expected a run on a device");
  expect(ensemble.computedBy).toBeUndefined();
  ensemble.dispose();
});

describe("on a device", () => {
  test.each<[RunConfigInput, string]>([
    [{ vocabSize: 21 }, "configs[1].vocabSize: expected 20 as configs[0], got 21"],
    [{ norm: "rmsnorm" }, 'configs[1].norm: expected "none" as configs[0], got "rmsnorm"'],
    [{ optimizer: { kind: "sgd" } }, 'configs[1].optimizer.kind: expected "adam" as configs[0], got "sgd"'],
    [
      { optimizer: { kind: "adam", beta1: 0.5, coupled: true } },
      "configs[1].optimizer.coupled: expected false as configs[0], got true",
    ],
    [
      { seed: 3, targets: { kind: "topics", count: 4, strength: 0.2 } },
      'configs[1].targets.kind: expected "independent" as configs[0], got "topics"',
    ],
    [{ seed: 3, tied: false, batchSize: 9 }, "configs[1].tied: expected true as configs[0], got false"],
  ])("shapes are equal, or the first field that differs is named: %j", async (other, message) => {
    const device = new LossyDevice();
    const list = [{ ...base }, { ...base, ...other }];
    await expect(createEnsemble(list, { backend: device.kind })).rejects.toThrow(message);
    expect(device.made).toEqual([]);
  });

  test("made in one call, and asked in one turn whatever whoever takes the records does between them", async () => {
    const device = new LossyDevice();
    const list = Array.from({ length: 20 }, (_, seed) => ({ ...base, seed }));
    const ensemble = await createEnsemble(list, { backend: device.kind });
    expect(device.made).toEqual([20]);
    let turn = 0;
    const asked = new Map<number, number>();
    device.onCall = (name) => {
      if (name !== "advance") return;
      if (asked.get(turn) === undefined) setImmediate(() => turn++);
      asked.set(turn, (asked.get(turn) ?? 0) + 1);
    };
    for await (const _ of ensemble.run()) await new Promise((resolve) => setTimeout(resolve, 1));
    // 30 steps in three slices
    expect([...asked.values()]).toEqual([20, 20, 20]);
    ensemble.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(device.alive).toBe(0);
  });

  test("lost in the middle of a run, all go on together", async () => {
    const device = new LossyDevice();
    const ensemble = await createEnsemble(configs, { backend: device.kind });
    expect(ensemble.computedBy).toEqual({ backend: "lossy", adapter: "first", driver: "1" });
    const records: EnsembleRecord[] = [];
    const follow = async (calls: number) => {
      const last = device.calls.length + calls;
      device.onCall = () => {
        if (device.calls.length === last) device.lose();
      };
      for await (const one of ensemble.run())
        if (!ofMember(records, one.member).some(({ step }) => step >= one.record.step)) records.push(one);
    };
    let lost = 0;
    for (const calls of [1, 11, 23, 40, 1e9]) {
      try {
        await follow(calls);
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceLost);
        await expect(ensemble.evaluate()).rejects.toThrow(DeviceLost);
        const made = device.made.length;
        const reopened = await ensemble.reopen();
        expect(reopened.map((one) => one?.step)).toEqual(ensemble.members.map(({ stepCount }) => stepCount));
        expect(device.made.slice(made)).toEqual([configs.length]);
        // kept where they are now
        if (lost === 1) {
          await ensemble.advance(11);
          await ensemble.snapshot();
        }
        lost++;
      }
    }
    expect(lost).toBe(4);
    device.onCall = () => {};
    for (const member of [0, 3]) {
      const trainer = await createTrainer(configs[member]);
      await trainer.advance(30);
      expect(await ensemble.members[member].weights()).toEqual(await trainer.weights());
      trainer.dispose();
    }
    expect(device.alive).toBe(configs.length);
    ensemble.dispose();
  });

  test("a member is not reopened by itself; those that were disposed of stay away", async () => {
    const device = new LossyDevice();
    const ensemble = await createEnsemble(configs.slice(0, 3), { backend: device.kind });
    await ensemble.advance(5);
    ensemble.members[1].dispose();
    device.lose();
    await expect(ensemble.members[0].evaluate()).rejects.toThrow(DeviceLost);
    await expect(ensemble.members[0].reopen()).rejects.toThrow(
      "reopen: expected the whole ensemble's, got that of one of its members",
    );
    device.adapter = undefined;
    await expect(ensemble.reopen()).rejects.toThrow("backend: expected an adapter, got none");
    device.adapter = "second";
    const step = { step: 0, afresh: true };
    expect(await ensemble.reopen()).toEqual([step, undefined, step]);
    expect(device.made).toEqual([3, 2]);
    expect(ensemble.computedBy?.adapter).toBe("second");
    ensemble.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(device.alive).toBe(0);
  });

  test("on another device, records of the first that nobody took do not come", async () => {
    const device = new LossyDevice();
    const list = Array.from({ length: 4 }, (_, seed) => ({ ...base, seed }));
    const ensemble = await createEnsemble(list, { backend: device.kind });
    for await (const _ of ensemble.run()) break;
    device.lose();
    device.adapter = "second";
    await ensemble.reopen();
    const records: EnsembleRecord[] = [];
    for await (const one of ensemble.run()) records.push(one);
    for (const [member, config] of list.entries())
      expect(ofMember(records, member)).toEqual((await alone(config)).records);
  });

  test("what fails leaves nothing behind", async () => {
    const device = new LossyDevice();
    const snapshots = await (await createEnsemble(configs.slice(0, 3))).snapshot();
    let sets = 0;
    device.onCall = (name) => {
      if (name === "setState" && ++sets === 2) device.lose();
    };
    await expect(restoreEnsemble(snapshots, { backend: device.kind })).rejects.toThrow(DeviceLost);
    await new Promise((resolve) => setImmediate(resolve));
    expect(device.alive).toBe(0);
    device.onCall = (name) => {
      if (name === "setState" && ++sets === 5) throw new Error("no memory");
    };
    await expect(restoreEnsemble(snapshots, { backend: device.kind })).rejects.toThrow("no memory");
    await new Promise((resolve) => setImmediate(resolve));
    expect(device.alive).toBe(0);
    device.lose();
    device.adapter = undefined;
    await expect(createEnsemble(configs, { backend: device.kind })).rejects.toThrow(
      "backend: expected an adapter, got none",
    );
    await expect(createEnsemble(configs, { backend: device.kind, threads: 0 })).rejects.toThrow("threads:");
  });
});
