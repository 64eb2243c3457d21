/** Curves of many points are drawn by few, and look the same. */
import { describe, expect, test } from "vitest";
import { colouredCurves } from "../../src/figures/colouredCurves.js";
import { type CurveRow, metaOf } from "../../src/figures/figure.js";
import { panel } from "../../src/figures/panel.js";
import { thinned } from "../../src/figures/thinned.js";

const WIDTH = 270;
const curve = (count: number): CurveRow[] =>
  Array.from({ length: count }, (_, i) => {
    // one spike up, in the middle of a column, and one down
    const mean = 20 + Math.sin(i / 50) + (i === 70_001 ? 10 : 0) - (i === 50_003 ? 5 : 0);
    return { step: i + 1, mean, low: mean - (i === 90_005 ? 9 : 0.1), high: mean + (i === 30_007 ? 9 : 0.1) };
  });

describe.each([false, true])("logarithmic steps: %s", (log) => {
  const all = curve(100_000);
  const few = thinned(all, WIDTH, log);

  test("few are left, in their order, and none is made up", () => {
    expect(few.length).toBeLessThan(20 * WIDTH);
    expect(new Set(few).size).toBe(few.length);
    expect([...few].sort((a, b) => a.step - b.step)).toEqual(few);
    expect(few.every((row) => all[row.step - 1] === row)).toBe(true);
  });

  test("among them both ends and whatever stands out", () => {
    for (const step of [1, 30_008, 50_004, 70_002, 90_006, 100_000])
      expect(few.map((row) => row.step)).toContain(step);
  });

  test("in each column of pixels they reach as far up and down as all do", () => {
    const at = (step: number) => (log ? Math.log(step) : step - 1);
    const place = (step: number) => Math.floor(Math.floor(at(step) / (at(100_000) / (3 * WIDTH))) / 3);
    const reach = (rows: CurveRow[]) => {
      const by = new Map<number, [number, number]>();
      for (const { step, low, high } of rows) {
        const [least, most] = by.get(place(step)) ?? [low, high];
        by.set(place(step), [Math.min(least, low), Math.max(most, high)]);
      }
      return by;
    };
    const [whole, left] = [reach(all), reach(few)];
    expect([...left.keys()]).toEqual([...whole.keys()]);
    for (const [column, ends] of whole) expect(left.get(column)).toEqual(ends);
  });
});

test("a curve at one step stays as it is", () => {
  const all = curve(2000).map((row) => ({ ...row, step: 5 }));
  expect(thinned(all, WIDTH, true)).toEqual(all);
});

test("a curve of as many points as a picture has stays as it is", () => {
  const all = curve(3 * WIDTH);
  expect(thinned(all, WIDTH, true)).toEqual(all);
});

test("a figure draws few of them, and its table has them all", () => {
  const rows = curve(100_000);
  const [coloured] = colouredCurves([{ curves: [{ value: undefined, rows }] }], { y: "loss", log: true });
  const own = panel({
    rows: ["a", "b"].flatMap((condition) => rows.map((row) => ({ ...row, condition }))),
    conditions: ["a", "b"],
    ...{ y: "loss", width: WIDTH, height: 190 },
  });
  expect(metaOf(coloured!).rows).toHaveLength(100_000);
  expect(metaOf(own).rows).toHaveLength(200_000);
  for (const spec of [coloured!, own])
    expect(JSON.stringify({ ...spec, usermeta: {} }).length).toBeLessThan(4e6);
});
