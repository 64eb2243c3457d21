/** A GPU's device that is lost while it is at something, and what comes after. */
import { describe, expect, test } from "vitest";
import { webgpu } from "../../src/backend/webgpu/index.js";
import {
  createTrainer,
  type RunConfigInput,
  restoreTrainer,
  type Trainer,
  type TrainingRecord,
} from "../../src/index.js";
import { createEnsemble } from "../../src/training/ensemble.js";
import { DeviceLost } from "../../src/webgpu.js";
import { testGpu } from "./devices.js";
import { WatchedGpu } from "./watchedGpu.js";

const gpu = await testGpu();
const config: RunConfigInput = {
  vocabSize: 40,
  embeddingDim: 6,
  batchSize: 20,
  learningRate: 0.01,
  steps: 20,
  evaluateEvery: 5,
  arithmetic: "relaxed",
};

function lossy() {
  const watched = new WatchedGpu(gpu!);
  return { watched, backend: webgpu({ gpu: watched.gpu, allowFallbackAdapter: true }) };
}

/** Loses the device with the submission after so many. */
function loseAfter(watched: WatchedGpu, submissions: number): void {
  let left = submissions;
  watched.onSubmit = () => {
    if (left-- === 0) watched.lose();
  };
}

describe.skipIf(!gpu)("a device that is lost", () => {
  test.each<[string, (trainer: Trainer) => Promise<unknown>]>([
    ["advance", (trainer) => trainer.advance(50)],
    ["step", (trainer) => trainer.step()],
    ["evaluate", (trainer) => trainer.evaluate()],
    ["spectrum", (trainer) => trainer.spectrum()],
    ["weights", (trainer) => trainer.weights()],
    ["snapshot", (trainer) => trainer.snapshot()],
    ["load", (trainer) => trainer.load({})],
    ["run", (trainer) => trainer.run().next()],
  ])("fails %s and all that is asked later, until the run is reopened", async (_, call) => {
    const { watched, backend } = lossy();
    const trainer = await createTrainer(config, { backend });
    await trainer.advance(3);
    const bytes = await trainer.snapshot();
    await trainer.advance(1);
    loseAfter(watched, 0);
    await expect(call(trainer)).rejects.toThrow(DeviceLost);
    await expect(trainer.evaluate()).rejects.toThrow("the GPU's device was lost");
    await expect(trainer.advance(1)).rejects.toThrow(DeviceLost);
    watched.onSubmit = () => {};
    expect(await trainer.reopen()).toEqual({ step: 3, afresh: false });
    expect(await trainer.snapshot()).toEqual(bytes);
    trainer.dispose();
  });

  test("in the middle of a long call, by itself", async () => {
    const { watched, backend } = lossy();
    const trainer = await createTrainer({ ...config, vocabSize: 2000, steps: 1e6 }, { backend });
    await trainer.advance(2);
    const advanced = trainer.advance(100_000);
    let lostAt = 0;
    setTimeout(() => {
      // on a device in software destroying waits for what was submitted
      watched.lose();
      lostAt = performance.now();
    }, 50);
    await expect(advanced).rejects.toThrow(DeviceLost);
    console.log(`told ${(performance.now() - lostAt).toFixed(0)} ms after the loss`);
    trainer.dispose();
  });

  test("the run goes on with the bits of one that was never interrupted", async () => {
    const { watched, backend } = lossy();
    const expected: TrainingRecord[] = [];
    const whole = await createTrainer(config, { backend });
    for await (const record of whole.run()) expected.push(record);
    const trainer = await createTrainer(config, { backend });
    const records = new Map<number, TrainingRecord>();
    let lost = 0;
    for (;;) {
      // later every time
      loseAfter(watched, 4 + 12 * lost);
      try {
        for await (const record of trainer.run()) records.set(record.step, record);
        break;
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceLost);
        lost++;
        watched.onSubmit = () => {};
        await trainer.reopen();
        if (lost === 2) await trainer.snapshot();
      }
    }
    console.log(`lost ${lost} times`);
    expect(lost).toBeGreaterThan(0);
    expect([...records.values()]).toEqual(expected);
    trainer.dispose();
  });

  test("an ensemble is reopened as a whole; with no adapter it says so, and may be again", async () => {
    const { watched, backend } = lossy();
    const configs = [0, 1, 2].map((seed) => ({ ...config, seed }));
    const ensemble = await createEnsemble(configs, { backend });
    await ensemble.advance(2);
    const snapshots = await ensemble.snapshot();
    const advanced = await ensemble.advance(4);
    loseAfter(watched, 0);
    await expect(ensemble.evaluate()).rejects.toThrow(DeviceLost);
    watched.onSubmit = () => {};
    watched.present = false;
    await expect(ensemble.reopen()).rejects.toThrow("backend: expected a WebGPU adapter, got none");
    await expect(ensemble.advance(1)).rejects.toThrow(DeviceLost);
    watched.present = true;
    expect(await ensemble.reopen()).toEqual(Array(3).fill({ step: 2, afresh: false }));
    expect(await ensemble.snapshot()).toEqual(snapshots);
    expect(await ensemble.advance(4)).toEqual(advanced);
    ensemble.dispose();
  });
});

describe.skipIf(!gpu)("snapshots", () => {
  test("a strict one stays on the CPU", async () => {
    const { backend } = lossy();
    const trainer = await createTrainer({ ...config, arithmetic: "strict" });
    await expect(restoreTrainer(await trainer.snapshot(), { backend })).rejects.toThrow(
      'arithmetic: expected "relaxed" with WebGPU',
    );
    trainer.dispose();
  });

  test("a trainer says who computes it", async () => {
    const { backend } = lossy();
    const trainer = await createTrainer(config, { backend });
    expect(trainer.computedBy).toEqual(await backend.device.computedBy());
    expect(trainer.computedBy?.backend).toBe("webgpu");
    trainer.dispose();
  });
});
