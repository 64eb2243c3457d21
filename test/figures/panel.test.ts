import { describe, expect, test } from "vitest";
import { type LegendEntry, metaOf, palette } from "../../src/figures/figure.js";
import { legendOf } from "../../src/figures/legend.js";
import { type PanelOptions, panel } from "../../src/figures/panel.js";
import { beyondEntry, dashes, referenceDashes, referenceWidth } from "../../src/figures/seriesLook.js";

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
type Spec = any;
const draw = (options: Partial<PanelOptions> = {}): Spec => panel({ ...plain, ...options });

test("a panel of curves: a band between low and high, a line at the mean, nothing else", () => {
  const x = {
    field: "step",
    type: "quantitative",
    scale: { nice: false },
    axis: { title: "training steps", grid: false, tickCount: 6, format: "d" },
  };
  const [scale, axis] = [{ zero: false }, { title: "loss (nats)", tickCount: 5 }];
  const told = { field: "condition", type: "nominal", legend: null };
  const color = { ...told, scale: { domain: ["a", "b"], range: palette.slice(0, 2) } };
  // a second cue, for those who see no colours
  const strokeDash = { ...told, scale: { domain: ["a", "b"], range: dashes.slice(0, 2) } };
  const { usermeta, ...spec } = draw();
  expect(spec).toEqual({
    width: 200,
    height: 100,
    resolve: { scale: { strokeDash: "independent" } },
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
        encoding: { x, y: { field: "mean", type: "quantitative", scale, axis }, color, strokeDash },
      },
    ],
  });
  expect(usermeta.legend).toEqual([
    { label: "a", colour: palette[0], stroke: 2, band: true },
    { label: "b", colour: palette[1], stroke: 2, dash: dashes[1], band: true },
  ]);
});

test("six colours and dashes, all different; a single condition has no legend", () => {
  expect(new Set(palette).size).toBe(6);
  expect(new Set(dashes.map(String)).size).toBe(6);
  const { color } = draw({ conditions: ["a"] }).layer[1].encoding;
  expect(color.scale).toEqual({ domain: ["a"], range: [palette[0]] });
  expect(metaOf(draw({ conditions: ["a"] })).legend).toEqual([]);
});

test("a title, a title of the x axis, its ticks and the domains are as given", () => {
  const spec = draw({ title: "T", xTitle: "epochs", xTicks: 3, xDomain: [0, 50], yDomain: [1, 2] });
  expect(spec.title).toBe("T");
  expect(draw({ title: { text: "T", subtitle: "S" } }).title).toEqual({ text: "T", subtitle: "S" });
  const { x, y } = spec.layer[1].encoding;
  expect(x.axis).toEqual({ title: "epochs", grid: false, tickCount: 3, format: "d" });
  expect(x.scale).toEqual({ nice: false, domain: [0, 50] });
  // what lies outside is not drawn
  expect(y.scale).toEqual({ zero: false, domain: [1, 2] });
  for (const { mark } of spec.layer.slice(0, 2)) expect(mark.clip).toBe(true);
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
    mark: { type: "point", shape: "circle", filled: false, size: 55, strokeWidth: 1.8, opacity: 1 },
    encoding: { x: layer[1].encoding.x, y: layer[1].encoding.y, color: layer[1].encoding.color },
  });
  const { legend = [], rows = [] } = metaOf(draw({ stated: { by: "paper", curves } }));
  expect(legend[2]).toEqual({ label: "paper", colour: "ink", point: { shape: "circle", filled: false } });
  expect(rows.filter(({ kind }) => kind === "paper").map(({ series, x, mean }) => [series, x, mean])).toEqual(
    [
      ["b", 0, 9],
      ["b", 100, 8],
      ["a", 50, 7],
    ],
  );
  expect(draw({ stated: { by: "paper", curves: {} } }).layer).toHaveLength(2);
});

test("rules and segments are thin lines in the colour of text, with a dash each, the fourth the first's again", () => {
  const rules = ["p", "q", "r", "s"].map((label, i) => ({ label, value: i }));
  const segments = [
    { label: "q", from: [1, 2] as [number, number], to: [3, 4] as [number, number] },
    { label: "t", from: [5, 6] as [number, number], to: [7, 8] as [number, number] },
  ];
  const { layer, usermeta } = draw({ rules, segments });
  const { x, y } = layer[1].encoding;
  const [long, short, longer] = referenceDashes;
  const strokeDash = {
    field: "label",
    type: "nominal",
    scale: { domain: ["q", "t", "p", "r", "s"], range: [long, short, longer, long, short] },
    legend: null,
  };
  const mark = { type: "rule", strokeWidth: referenceWidth };
  expect(layer.slice(2)).toEqual([
    { data: { values: rules }, mark, encoding: { y: { ...y, field: "value" }, strokeDash } },
    {
      data: {
        values: [
          { label: "q", step: 1, mean: 2, endStep: 3, end: 4 },
          { label: "t", step: 5, mean: 6, endStep: 7, end: 8 },
        ],
      },
      mark,
      encoding: { x, y, x2: { field: "endStep" }, y2: { field: "end" }, strokeDash },
    },
  ]);
  const inLegend = usermeta.legend
    .slice(2)
    .map((entry: LegendEntry) => [entry.label, entry.colour, entry.dash]);
  expect(inLegend).toEqual(
    ["q", "t", "p", "r", "s"].map((label, i) => [label, "ink", strokeDash.scale.range[i]]),
  );
  expect(draw({ rules: [], segments: [] }).layer).toHaveLength(2);
});

test("a line has one dash in all panels of a figure that name the same references", () => {
  const references = ["p", "q"];
  const legendOfOne = (label: string) =>
    (metaOf(draw({ references, rules: [{ label, value: 1 }] })).legend ?? []).slice(2);
  expect(legendOfOne("p")).toMatchObject([{ label: "p", dash: referenceDashes[0] }]);
  expect(legendOfOne("q")).toMatchObject([{ label: "q", dash: referenceDashes[1] }]);
});

describe("where a curve goes on beyond the axis a triangle says so", () => {
  const marksOf = (rows: PanelOptions["rows"], more: Partial<PanelOptions> = {}) =>
    draw({ rows, yDomain: [1, 2], ...more })
      .layer.slice(2)
      .map(({ mark, data, encoding }: Spec) => [
        mark.shape,
        encoding.y.value,
        data.values.map(({ condition, step }: Spec) => `${condition} ${step}`),
      ]);
  const curve = (condition: string, ...means: number[]) => means.map((mean, i) => row(condition, i, mean, 0));

  test("one for each stretch, beside the part that is seen", () => {
    expect(marksOf(curve("a", 3, 4, 1.5, 0, -1, 1.5, 5))).toEqual([
      ["triangle-up", 4, ["a 1", "a 6"]],
      ["triangle-down", 96, ["a 3"]],
    ]);
  });

  test("of each curve; none where nothing is beyond, on the edge or without a domain", () => {
    expect(marksOf([...curve("a", 1.5, 3), ...curve("b", 1.5, 1.2)])).toEqual([["triangle-up", 4, ["a 1"]]]);
    expect(marksOf(curve("a", 1, 2, 1.5))).toEqual([]);
    expect(marksOf(curve("a", 9, 1.5), { yDomain: undefined })).toEqual([]);
    // what no one sees of it lies beside the plot, too
    expect(marksOf(curve("a", 9, 1.5, 1.5), { xDomain: [1, 2] })).toEqual([]);
  });

  test("a value that a logarithm does not have is beyond, and the legend explains it once", () => {
    const rows = [...curve("a", 1.5, 0), ...curve("b", 1.5, -1)];
    expect(marksOf(rows, { log: { y: true } })).toEqual([["triangle-down", 96, ["a 1", "b 1"]]]);
    const spec = draw({ rows, yDomain: [1, 2] });
    expect(legendOf([spec, spec]).map(({ label }) => label)).toEqual(["a", "b", beyondEntry.label]);
  });
});

test("its table has every value, those beyond the axis too", () => {
  const rows = [row("a", 0, 9), row("a", 100, 0.1)];
  const spec = draw({ rows, yDomain: [1, 2], rules: [{ label: "H", value: 1.5 }], log: { y: true } });
  const told = { xName: "training steps", yName: "loss (nats)" };
  expect(metaOf(spec).rows).toEqual([
    { kind: "measured", series: "a", ...told, x: 0, mean: 9, low: 8, high: 10 },
    { kind: "measured", series: "a", ...told, x: 100, mean: 0.1, low: -0.9, high: 1.1 },
    { kind: "reference line", series: "H", ...told, x: null, mean: 1.5, low: null, high: null },
  ]);
});
