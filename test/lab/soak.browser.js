/** A minute of random use; ten of them are `node test/soak/lab.mjs`. */
import { expect, test } from "vitest";
import { useAtRandom } from "../soak/lab.mjs";

test("a minute of everything that a hand does: no complaint, and a heap of the same size", async () => {
  const { samples, gestures } = await useAtRandom({ minutes: 1, seed: 3, every: 15 });
  expect(Object.values(gestures).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
  // within the first quarter of a minute everything is loaded
  const [, first] = samples;
  const last = samples.at(-1);
  expect(last.page).toBeLessThan(first.page + 20 * 2 ** 20);
  expect(last.workers).toBeLessThan(first.workers + 20 * 2 ** 20);
  expect(last.count).toBe(first.count);
});
