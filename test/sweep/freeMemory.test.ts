/** A machine with little memory left, which would end the whole process rather than refuse. */
import { expect, test, vi } from "vitest";
import { type PoolEvent, runPool, sweepConfigs } from "../../src/sweep/index.js";

vi.mock("../../src/sweep/memory.js", () => ({
  freeMemory: () => 2 ** 20,
  atMost: () => 2 ** 20,
  freeAddresses: () => Number.POSITIVE_INFINITY,
}));

test("a run beyond what is free is skipped before it takes anything, the others run one by one", async () => {
  const configs = sweepConfigs({ base: { embeddingDim: 50, steps: 5 }, axes: { vocabSize: [5, 3000, 7] } });
  const events: PoolEvent[] = [];
  const sizes: number[] = [];
  const all = async () => {
    for await (const { config } of runPool(configs, { threads: 3, onEvent: (event) => events.push(event) }))
      sizes.push(config.vocabSize);
  };
  await expect(all()).rejects.toThrow(
    /^run [0-9a-f]{16} was skipped, it takes \d+ bytes of memory with its thread: 1048576 bytes are free$/,
  );
  expect(sizes.sort()).toEqual([5, 7]);
  const skipped = events.filter(({ event }) => event === "skipped");
  expect(skipped).toMatchObject([{ config: { vocabSize: 3000 } }]);
});
