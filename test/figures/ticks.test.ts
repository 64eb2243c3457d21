import { expect, test } from "vitest";
import { labelled, logTicks } from "../../src/figures/ticks.js";

test.each<[string, Parameters<typeof logTicks>, number[]]>([
  ["1, 2 and 5 of each decade", [0.06, 1], [0.1, 0.2, 0.5, 1]],
  ["1 and 3 where those are too many", [0.01, 1], [0.01, 0.03, 0.1, 0.3, 1]],
  ["powers of ten", [1e-4, 0.1, 5], [1e-4, 1e-3, 1e-2, 0.1]],
  ["every second of them", [1e-9, 1], [1e-9, 1e-7, 1e-5, 1e-3, 0.1]],
  ["closer ones within a decade", [0.26, 0.62], [0.3, 0.4, 0.5, 0.6]],
  ["and far within", [3.262, 3.281, 5], [3.265, 3.27, 3.275, 3.28]],
  ["whole ones of steps", [1, 3, 5, true], [1, 2, 3]],
  ["the ends, where nothing whole lies between", [1, 2, 5, true], [1, 2]],
  ["a single value", [7, 7], [7]],
  ["a vocabulary as it is", [50304, 50304], [50304]],
])("%s", (_, of, ticks) => {
  expect(logTicks(...of)).toEqual(ticks);
});

test("never more than there is room for, all within and in order", () => {
  for (const most of [2, 3, 5, 8])
    for (const least of [1e-8, 0.0123, 1, 3.1, 777, 50304])
      for (const factor of [1.0001, 1.01, 1.5, 3, 9.9, 10, 123, 1e6, 1e20]) {
        const ticks = logTicks(least, least * factor, most);
        expect(ticks.length).toBeLessThanOrEqual(most);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
        expect(ticks[0]).toBeGreaterThanOrEqual(least);
        expect(ticks.at(-1)).toBeLessThanOrEqual(least * factor);
      }
});

test("labels are for readers, whole numbers whole", () => {
  expect(labelled([0.001, 50304]).labelExpr).toBe('{"50304":"50304","0.001":"0.001"}[datum.value]');
});
