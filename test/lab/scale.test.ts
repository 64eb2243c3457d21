import fc from "fast-check";
import { expect, test } from "vitest";
import { POSITIONS, positionBeyond, positionOf, valueAt } from "../../src/lab/controls/scale.js";

const scales = [
  { min: 2, max: 10_000, log: true, whole: true },
  { min: 1e-5, max: 1, log: true },
  { min: 0, max: 4 },
  { min: 0, max: 100, whole: true },
  { min: 1, max: 1000, log: true, whole: true },
];

test("a slider reaches both ends and never leaves them", () => {
  for (const scale of scales) {
    expect(valueAt(scale, 0)).toBe(scale.min);
    expect(valueAt(scale, POSITIONS)).toBe(scale.max);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: POSITIONS }), (position) => {
        const value = valueAt(scale, position);
        expect(value).toBeGreaterThanOrEqual(scale.min);
        expect(value).toBeLessThanOrEqual(scale.max);
        if (scale.whole) expect(Number.isInteger(value)).toBe(true);
      }),
    );
  }
});

test("further along is never less", () => {
  for (const scale of scales)
    for (let i = 1; i <= POSITIONS; i++)
      expect(valueAt(scale, i)).toBeGreaterThanOrEqual(valueAt(scale, i - 1));
});

test("a value is found where it stands, to what its rounding makes of it", () => {
  for (const scale of scales)
    for (let position = 0; position <= POSITIONS; position += 7) {
      const value = valueAt(scale, position);
      const again = valueAt(scale, positionOf(scale, value));
      expect(Math.abs(again - value)).toBeLessThanOrEqual(0.06 * Math.max(1, Math.abs(value)));
    }
});

test("a value outside stands at the end, one that is no number at the beginning", () => {
  expect(positionOf(scales[0], 50_304)).toBe(POSITIONS);
  expect(positionOf(scales[1], 0)).toBe(0);
  expect(positionOf(scales[2], Number.NaN)).toBe(0);
});

test("a key leads to a value beyond, from any, unless none is", () => {
  for (const scale of scales)
    for (const way of [1, -1] as const)
      fc.assert(
        fc.property(fc.double({ min: scale.min, max: scale.max, noNaN: true }), (value) => {
          const next = valueAt(scale, positionBeyond(scale, value, way));
          if (value !== (way > 0 ? scale.max : scale.min)) expect((next - value) * way).toBeGreaterThan(0);
        }),
      );
  expect(valueAt(scales[1], positionBeyond(scales[1], 0.001, 1))).toBe(0.0011);
  expect(valueAt(scales[0], positionBeyond(scales[0], 2, 1))).toBe(3);
  expect(positionBeyond(scales[0], 10_000, 1)).toBe(POSITIONS);
  expect(positionBeyond(scales[0], 50_304, 1)).toBe(POSITIONS);
});
