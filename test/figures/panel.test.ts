import { describe, expect, test } from "vitest";
import { figureOf, palette } from "../../src/figures/figure.js";
import { type PanelOptions, panel } from "../../src/figures/panel.js";

const row = (condition: string, step: number, mean: number, spread = 1) => ({
  condition,
  step,
  mean,
  low: mean - spread,
  high: mean + spread,
});
const plain: PanelOptions = {
  rows: [row("a", 0, 4), row("a", 100, 3), row("b", 0, 5), row("b", 100, -2)],
  conditions: ["a", "b"],
  y: "loss (nats)",
  width: 200,
  height: 100,
};
// biome-ignore lint/suspicious/noExplicitAny: a Vega-Lite specification
const draw = (options: Partial<PanelOptions> = {}): any => panel({ ...plain, ...options });

test("a panel of curves: a band between low and high, a line at the mean, nothing else", () => {
  const x = {
    field: "step",
    type: "quantitative",
    scale: { nice: false },
    axis: { title: "training steps", grid: false, tickCount: 6, format: "d" },
  };
  const [scale, axis] = [{ zero: false }, { title: "loss (nats)", tickCount: 5 }];
  const color = {
    field: "condition",
    type: "nominal",
    scale: { domain: ["a", "b"], range: palette.slice(0, 2) },
    legend: { title: null, symbolType: "stroke", symbolStrokeWidth: 3, symbolSize: 200, symbolOpacity: 1 },
  };
  expect(draw()).toEqual({
    width: 200,
    height: 100,
    layer: [
      {
        data: { values: plain.rows },
        mark: { type: "area", opacity: 0.22, line: false },
        encoding: {
          x,
          y: { field: "low", type: "quantitative", scale, axis },
          y2: { field: "high" },
          color,
        },
      },
      {
        data: { values: plain.rows },
        mark: { type: "line", strokeWidth: 2 },
        encoding: { x, y: { field: "mean", type: "quantitative", scale, axis }, color },
      },
    ],
  });
});

test("six colours, all different; a single condition has no legend", () => {
  expect(new Set(palette).size).toBe(6);
  const { color } = draw({ conditions: ["a"] }).layer[1].encoding;
  expect(color.scale).toEqual({ domain: ["a"], range: [palette[0]] });
  expect(color.legend).toBeNull();
});

test("a title, a title of the x axis, its ticks and the domains are as given", () => {
  const spec = draw({ title: "T", xTitle: "epochs", xTicks: 3, xDomain: [0, 50], yDomain: [1, 2] });
  expect(spec.title).toBe("T");
  expect(draw({ title: { text: "T", subtitle: "S" } }).title).toEqual({ text: "T", subtitle: "S" });
  const { x, y } = spec.layer[1].encoding;
  expect(x.axis).toEqual({ title: "epochs", grid: false, tickCount: 3, format: "d" });
  expect(x.scale).toEqual({ nice: false, domain: [0, 50] });
  // what lies outside is drawn at the edge
  expect(y.scale).toEqual({ zero: false, domain: [1, 2], clamp: true });
});

describe("logarithmic axes drop what they cannot show", () => {
  test("x: step 0, of curves and of what is stated", () => {
    const stated = { by: "post", curves: { a: [[0, 9] as const, [100, 8] as const] } };
    const spec = draw({ log: { x: true }, stated });
    expect(spec.layer[0].data.values).toEqual([plain.rows[1], plain.rows[3]]);
    expect(spec.layer[1].data.values).toEqual([plain.rows[1], plain.rows[3]]);
    expect(spec.layer[2].data.values).toEqual([{ condition: "a", step: 100, mean: 8, source: "post" }]);
    const { x, y } = spec.layer[1].encoding;
    expect(x.scale).toEqual({ type: "log", nice: false });
    expect(x.axis).toEqual({
      title: "training steps",
      grid: false,
      values: [20, 100, 300, 1000, 3000],
      format: "d",
    });
    expect(y.scale).toEqual({ zero: false });
  });

  test("y: means at or below 0; a band ends at a third of its mean", () => {
    const rows = [
      row("a", 0, 6, 1),
      row("a", 1, 6, 5),
      row("a", 2, 6, 7),
      row("a", 3, 0.3, 0.25),
      row("a", 4, 0),
      row("a", 5, -1),
      row("a", 6, 0.2, 0.01),
    ];
    const spec = draw({ log: { y: true }, rows });
    for (const layer of [0, 1])
      expect(spec.layer[layer].data.values).toEqual([
        rows[0],
        { ...rows[1], low: 2 },
        { ...rows[2], low: 2 },
        { ...rows[3], low: expect.closeTo(0.1, 12) },
        rows[6],
      ]);
    const { x, y } = spec.layer[1].encoding;
    expect(x.scale).toEqual({ nice: false });
    expect(x.axis.tickCount).toBe(6);
    expect(y.scale).toEqual({ type: "log", zero: false });
    expect(y.axis).toEqual({ title: "loss (nats)", tickCount: 4, format: "~g" });
  });
});

test("what a source states are open circles in their condition's colour, under the source's name", () => {
  const curves = { b: [[0, 9] as const, [100, 8] as const], a: [[50, 7] as const] };
  const { layer } = draw({ stated: { by: "paper", curves } });
  expect(layer).toHaveLength(3);
  expect(layer[2]).toEqual({
    data: {
      values: [
        { condition: "b", step: 0, mean: 9, source: "paper" },
        { condition: "b", step: 100, mean: 8, source: "paper" },
        { condition: "a", step: 50, mean: 7, source: "paper" },
      ],
    },
    mark: { type: "point", filled: false, size: 55, strokeWidth: 1.8, opacity: 1 },
    encoding: {
      ...layer[1].encoding,
      shape: {
        field: "source",
        type: "nominal",
        scale: { domain: ["paper"], range: ["circle"] },
        legend: { title: null, symbolFillColor: "transparent", symbolStrokeWidth: 1.8 },
      },
    },
  });
  expect(draw({ stated: { by: "paper", curves: {} } }).layer).toHaveLength(2);
});

test("rules and segments have a dash each, the fourth the first's again, and one legend of both", () => {
  const rules = ["p", "q", "r", "s"].map((label, i) => ({ label, value: i }));
  const segments = [
    { label: "q", from: [1, 2] as [number, number], to: [3, 4] as [number, number] },
    { label: "t", from: [5, 6] as [number, number], to: [7, 8] as [number, number] },
  ];
  const { layer } = draw({ rules, segments });
  const { x, y } = layer[1].encoding;
  const strokeDash = {
    field: "label",
    type: "nominal",
    scale: {
      domain: ["q", "t", "p", "r", "s"],
      range: [
        [6, 4],
        [2, 3],
        [10, 4],
        [6, 4],
        [2, 3],
      ],
    },
    legend: { title: null, symbolType: "stroke", symbolSize: 200 },
  };
  expect(layer.slice(2)).toEqual([
    {
      data: { values: rules },
      mark: { type: "rule", strokeWidth: 1.5 },
      encoding: { y: { ...y, field: "value" }, strokeDash },
    },
    {
      data: {
        values: [
          { label: "q", step: 1, mean: 2 },
          { label: "q", step: 3, mean: 4 },
          { label: "t", step: 5, mean: 6 },
          { label: "t", step: 7, mean: 8 },
        ],
      },
      mark: { type: "line", strokeWidth: 1.5, color: palette[1] },
      encoding: { x, y, strokeDash },
    },
  ]);
  expect(draw({ rules: [], segments: [] }).layer).toHaveLength(2);
  for (const [lines, labels] of [
    [{ rules }, ["p", "q", "r", "s"]],
    [{ segments }, ["q", "t"]],
  ] as const) {
    const { layer } = draw(lines);
    expect(layer).toHaveLength(3);
    expect(layer[2].encoding.strokeDash.scale.domain).toEqual(labels);
  }
});

test("a figure of one panel is that panel; of several, rows of columns, below one another if not told", () => {
  const $schema = "https://vega.github.io/schema/vega-lite/v6.json";
  expect(figureOf([draw()])).toEqual({ $schema, ...draw() });
  const layout = { bounds: "flush", spacing: { row: 100, column: 76 } };
  const two = [draw(), draw({ title: "T" })];
  expect(figureOf(two, 2)).toEqual({ $schema, concat: two, columns: 2, ...layout });
  expect(figureOf(two)).toEqual({ $schema, concat: two, columns: 1, ...layout });
});
