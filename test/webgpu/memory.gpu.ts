/** Memory that trainers took on a GPU comes back, on the device and in the process. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { webgpu } from "../../src/backend/webgpu/index.js";
import { createTrainer, type RunConfigInput } from "../../src/index.js";
import { createEnsemble } from "../../src/training/ensemble.js";
import { testGpu } from "./devices.js";
import { WatchedGpu } from "./watchedGpu.js";

const gpu = await testGpu();
const config: RunConfigInput = { vocabSize: 20, embeddingDim: 4, batchSize: 8, arithmetic: "relaxed" };
/** What a disposed trainer was asked last has ended. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
/** Of the process, in MiB, without what is only not collected yet. */
async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await settled();
  }
  return process.memoryUsage().rss / 2 ** 20;
}

test.skipIf(!gpu)("after a thousand trainers and an ensemble, every buffer is destroyed", async () => {
  const watched = new WatchedGpu(gpu!);
  const backend = webgpu({ gpu: watched.gpu, allowFallbackAdapter: true });
  const train = async (seed: number) => {
    const trainer = await createTrainer({ ...config, seed }, { backend });
    await trainer.advance(1);
    if (seed % 10 === 0) await trainer.evaluate();
    if (seed % 10 === 1) await trainer.snapshot();
    trainer.dispose();
  };
  const trainMany = async () => {
    const ensemble = await createEnsemble(
      Array.from({ length: 50 }, (_, seed) => ({ ...config, seed })),
      { backend },
    );
    await ensemble.advance(3);
    expect(watched.alive.size).toBeGreaterThan(kept);
    ensemble.dispose();
  };
  let kept = 0;
  // what the first ones make is the device's
  await trainMany();
  for (let seed = 0; seed < 100; seed++) await train(seed);
  const before = await resident();
  kept = watched.alive.size;
  for (let seed = 100; seed < 1000; seed++) await train(seed);
  await trainMany();
  const after = await resident();
  expect(watched.alive.size).toBe(kept);
  expect(watched.created).toBeGreaterThan(1000);
  console.log(
    `process memory: ${before.toFixed(0)} MiB after 100 trainers, ${after.toFixed(0)} after 1000; ${kept} buffers are the device's own`,
  );
  // seen: 10, most of it before the 600th
  expect(after - before).toBeLessThan(40);
});

test.skipIf(!gpu)("what could not be made leaves nothing", async () => {
  const watched = new WatchedGpu(gpu!);
  const backend = webgpu({ gpu: watched.gpu, allowFallbackAdapter: true });
  const first = await createTrainer(config, { backend });
  const kept = watched.alive.size;
  await expect(
    createTrainer({ ...config, vocabSize: 1 << 18, embeddingDim: 65536 }, { backend }),
  ).rejects.toThrow("this run takes");
  expect(watched.alive.size).toBe(kept);
  first.dispose();
});
