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
  let made = 0;
  const trainUpTo = async (count: number) => {
    while (made < count) await train(made++);
    return resident();
  };
  await trainUpTo(100);
  kept = watched.alive.size;
  const memory = [await trainUpTo(400)];
  for (const count of [600, 800, 1000]) memory.push(await trainUpTo(count));
  await trainMany();
  expect(watched.alive.size).toBe(kept);
  expect(watched.created).toBeGreaterThan(1000);
  console.log(
    `process memory after 400 trainers, and each 200 more: ${memory.map((x) => x.toFixed(0)).join(", ")} MiB; ${kept} buffers are the device's own`,
  );
  // what is kept of every trainer shows each time, what an allocator does once does not; 40 kB a trainer, seen: less than 20
  const [, median] = memory
    .slice(1)
    .map((x, i) => x - memory[i])
    .sort((a, b) => a - b);
  expect(median).toBeLessThan(8);
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
