import { expect, test } from "vitest";
import { intervalCurves } from "../../src/figures/intervalCurves.js";

const common = { series: ["a", "b"], x: "rate", y: "share", width: 100, height: 100 };
const points = [
  { series: "a", x: 0.1, mean: 2, low: 1, high: 3 },
  { series: "b", x: 0, mean: 1, low: -1, high: 2 },
  { series: "b", x: 1, mean: -1, low: -2, high: 0 },
];
const rowsOf = (spec: unknown) => (spec as { data: { values: typeof points } }).data.values;
const marksOf = (spec: unknown) =>
  (spec as { layer: { mark: { type: string } }[] }).layer.map(({ mark }) => mark.type);

test("logarithmic axes leave out what they cannot show, and bars end above 0", () => {
  expect(rowsOf(intervalCurves({ ...common, points }))).toEqual(points);
  expect(rowsOf(intervalCurves({ ...common, points, log: { x: true } }))).toEqual([points[0], points[2]]);
  expect(rowsOf(intervalCurves({ ...common, points, log: { y: true } }))).toEqual([
    points[0],
    { ...points[1], low: 0.1 },
  ]);
  expect(intervalCurves({ ...common, points: [points[2]], log: { y: true } })).toBeUndefined();
});

test("margin, rules and single seeds stand behind the points", () => {
  const spec = intervalCurves({
    ...common,
    points,
    margin: [-1, 1],
    rules: [{ value: 0 }, { value: 0.46, label: "plain relaxation" }],
    seeds: [{ seed: 0, x: 1, value: 2 }],
  });
  expect(marksOf(spec)).toEqual(["rect", "line", "rule", "rule", "line", "rule", "point"]);
  expect(JSON.stringify(spec)).toContain('"domain":["plain relaxation"]');
});

test("a single series has no legend", () => {
  const colours = (series: string[]) =>
    JSON.stringify((intervalCurves({ ...common, series, points }) as { layer: unknown[] }).layer);
  expect(colours(["a"])).not.toContain("legend");
  expect(colours(["a", "b"])).toContain("legend");
});
