import { expect, test } from "vitest";
import { metaOf, type Spec } from "../../src/figures/figure.js";
import { intervalCurves } from "../../src/figures/intervalCurves.js";
import { dashes } from "../../src/figures/seriesLook.js";

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
  const { legend = [], rows = [] } = metaOf(spec as Spec);
  expect(legend.map(({ label }) => label)).toEqual(["a", "b", "plain relaxation"]);
  const count = (kind: string) => rows.filter((row) => row.kind === kind).length;
  expect(["measured", "single seed", "reference line", "margin"].map(count)).toEqual([3, 1, 2, 2]);
});

test("series are told apart without colours too; a single one has no legend", () => {
  const legend = (series: string[]) => metaOf(intervalCurves({ ...common, series, points }) as Spec).legend;
  expect(legend(["a"])).toEqual([]);
  const [a, b] = legend(["a", "b"]) ?? [];
  expect([a.dash, a.point?.shape]).toEqual([undefined, "circle"]);
  expect([b.dash, b.point?.shape]).toEqual([dashes[1], "square"]);
});
