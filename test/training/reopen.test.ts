/** A run whose device is lost: its calls fail, and it goes on where it was kept. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { DeviceLost } from "../../src/backend/backend.js";
import { createTrainer, type RunConfigInput, restoreTrainer, type TrainingRecord } from "../../src/index.js";
import { LossyDevice } from "./lossyDevice.js";

const config: RunConfigInput = {
  vocabSize: 20,
  embeddingDim: 4,
  batchSize: 8,
  learningRate: 0.01,
  steps: 60,
  evaluateEvery: 10,
};

/** Shifts the clock that runs are kept by. */
let shift = 0;
const now = performance.now.bind(performance);
vi.spyOn(performance, "now").mockImplementation(() => now() + shift);
const halfAMinute = () => {
  shift += 30_001;
};
afterEach(() => {
  shift = 0;
});

async function wholeRun(input = config): Promise<TrainingRecord[]> {
  const trainer = await createTrainer(input, { backend: new LossyDevice().kind });
  const records = [];
  for await (const record of trainer.run()) records.push(record);
  trainer.dispose();
  return records;
}

describe("a lost device", () => {
  test.each([
    ["advance", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.advance(5)],
    ["step", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.step()],
    ["advanceFor", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.advanceFor(5)],
    ["evaluate", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.evaluate()],
    ["spectrum", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.spectrum()],
    ["weights", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.weights()],
    ["snapshot", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.snapshot()],
    ["load", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.load({})],
    ["run", (trainer: Awaited<ReturnType<typeof createTrainer>>) => trainer.run().next()],
  ] as const)("fails %s in hand and what comes later, and reopen mends it", async (_, call) => {
    const device = new LossyDevice();
    const trainer = await createTrainer(config, { backend: device.kind });
    await trainer.advance(7);
    await trainer.snapshot();
    await trainer.advance(2);
    device.onCall = () => device.lose();
    await expect(call(trainer)).rejects.toThrow(DeviceLost);
    device.onCall = () => {};
    await expect(trainer.evaluate()).rejects.toThrow(DeviceLost);
    await expect(trainer.advance(1)).rejects.toThrow("the device was lost");
    expect(await trainer.reopen()).toEqual({ step: 7, afresh: false });
    expect(trainer.stepCount).toBe(7);
    await trainer.advance(13);
    const other = await createTrainer(config, { backend: new LossyDevice().kind });
    await other.advance(7);
    await restored(await other.snapshot(), async (same) => {
      await same.advance(13);
      expect(await trainer.snapshot()).toEqual(await same.snapshot());
    });
    expect(device.alive).toBe(1);
    trainer.dispose();
    await trainer.reopen().catch(() => {});
    expect(device.alive).toBe(0);
    other.dispose();
  });

  test("a run goes on with the records of one whose device was never lost", async () => {
    const expected = await wholeRun();
    const device = new LossyDevice();
    const trainer = await createTrainer(config, { backend: device.kind });
    const records = new Map<number, TrainingRecord>();
    let again = 0;
    const follow = async (loseAt: number) => {
      for await (const record of trainer.run()) {
        if (records.has(record.step)) {
          expect(record).toEqual(records.get(record.step));
          again++;
        }
        records.set(record.step, record);
        if (record.step === loseAt) device.lose();
        // kept after the next slice
        if (record.step === 20) halfAMinute();
      }
    };
    await expect(follow(10)).rejects.toThrow(DeviceLost);
    expect(await trainer.reopen()).toEqual({ step: 0, afresh: false });
    await expect(follow(40)).rejects.toThrow(DeviceLost);
    // at the end of the slice after step 20
    expect(await trainer.reopen()).toEqual({ step: 30, afresh: false });
    await follow(-1);
    expect(again).toBe(4);
    expect([...records.values()]).toEqual(expected);
  });

  test("on another device the run begins afresh", async () => {
    const device = new LossyDevice();
    const trainer = await createTrainer(config, { backend: device.kind });
    expect(trainer.computedBy).toEqual({ backend: "lossy", adapter: "first", driver: "1" });
    await trainer.advance(5);
    await trainer.snapshot();
    device.lose();
    device.adapter = "second";
    expect(await trainer.reopen()).toEqual({ step: 0, afresh: true });
    expect(trainer.computedBy?.adapter).toBe("second");
    const records = [];
    for await (const record of trainer.run()) records.push(record);
    expect(records).toEqual(await wholeRun());
    // what the first device came to is forgotten
    await trainer.advance(1);
    device.lose();
    expect(await trainer.reopen()).toEqual({ step: 0, afresh: false });
  });

  test("begins with what the caller handed in: a snapshot, or loaded weights", async () => {
    const device = new LossyDevice();
    const first = await createTrainer(config, { backend: device.kind });
    for await (const { step } of first.run()) if (step === 10) break;
    const bytes = await first.snapshot();
    const second = await restoreTrainer(bytes, { backend: device.kind });
    await second.advance(3);
    device.lose();
    device.adapter = "second";
    expect(await second.reopen()).toEqual({ step: 10, afresh: true });
    expect(await second.snapshot()).toEqual(bytes);
    const { value } = await second.run().next();
    expect(value.step).toBe(20);

    const embedding = new Float32Array(80).fill(0.25);
    await second.load({ embedding });
    await second.advance(3);
    device.lose();
    expect(await second.reopen()).toEqual({ step: 0, afresh: false });
    expect((await second.weights()).embedding).toEqual(embedding);
    for (const trainer of [first, second]) trainer.dispose();
  });

  test("is kept after the caller's own batches too", async () => {
    const device = new LossyDevice();
    const trainer = await createTrainer(config, { backend: device.kind });
    const batch = { inputs: new Uint32Array(8).fill(3), targets: new Uint32Array(8).fill(5) };
    await trainer.step(batch);
    halfAMinute();
    await trainer.step(batch);
    const kept = await trainer.weights();
    await trainer.step(batch);
    device.lose();
    expect(await trainer.reopen()).toEqual({ step: 2, afresh: false });
    expect(await trainer.weights()).toEqual(kept);
  });

  test("every half minute, not oftener", async () => {
    const device = new LossyDevice();
    const trainer = await createTrainer(config, { backend: device.kind });
    const states = () => device.calls.filter((name) => name === "state").length;
    for (let i = 0; i < 5; i++) await trainer.advance(1);
    expect(states()).toBe(0);
    halfAMinute();
    for (let i = 0; i < 5; i++) await trainer.advance(1);
    expect(states()).toBe(1);
  });

  test("without a device: reopen fails in one line and may be called again", async () => {
    const device = new LossyDevice();
    const trainer = await createTrainer(config, { backend: device.kind });
    await trainer.advance(4);
    await trainer.snapshot();
    device.lose();
    device.adapter = undefined;
    await expect(trainer.reopen()).rejects.toThrow("backend: expected an adapter, got none");
    await expect(trainer.advance(1)).rejects.toThrow(DeviceLost);
    device.adapter = "first";
    expect(await trainer.reopen()).toEqual({ step: 4, afresh: false });
    expect((await trainer.advance(1)).step).toBe(5);
  });

  test("lost again while it is reopened: nothing is left behind", async () => {
    const device = new LossyDevice();
    const trainer = await createTrainer(config, { backend: device.kind });
    await trainer.advance(4);
    await trainer.snapshot();
    device.lose();
    device.onCall = (name) => {
      if (name === "setState") device.lose();
    };
    await expect(trainer.reopen()).rejects.toThrow(DeviceLost);
    expect(device.alive).toBe(1);
    await expect(restoreTrainer(await bytesOf(4), { backend: device.kind })).rejects.toThrow(DeviceLost);
    expect(device.alive).toBe(1);
    device.onCall = () => {};
    expect((await trainer.reopen()).step).toBe(4);
  });
});

test("elsewhere there is nothing to reopen, and nobody to name", async () => {
  for (const backend of ["wasm", "reference"] as const) {
    const trainer = await createTrainer(config, { backend });
    await expect(trainer.reopen()).rejects.toThrow(
      "reopen: expected a run on a device, got one that has none to lose",
    );
    expect(trainer.computedBy).toBeUndefined();
    trainer.dispose();
  }
});

async function bytesOf(step: number): Promise<Uint8Array> {
  const trainer = await createTrainer(config, { backend: "wasm" });
  await trainer.advance(step);
  return trainer.snapshot();
}

async function restored(
  bytes: Uint8Array,
  use: (trainer: Awaited<ReturnType<typeof restoreTrainer>>) => Promise<void>,
) {
  const trainer = await restoreTrainer(bytes, { backend: "wasm" });
  await use(trainer);
  trainer.dispose();
}
