import { expect, test } from "vitest";
import { metaOf, palette } from "../../src/figures/figure.js";
import { type Forest, type ForestRow, forest } from "../../src/figures/forest.js";
import { panelSvg } from "../../src/figures/picture.js";
import { themes } from "../../src/figures/theme.js";

const row = (group: string, label: string, series: string, mean: number, half: number | null): ForestRow => ({
  group,
  label,
  series,
  mean,
  interval: half === null ? null : [mean - half, mean + half],
});
const plain: Forest = {
  rows: [
    row("rates", "peak 0.1", "α 0.5", 0.5, 0.25),
    row("rates", "peak 0.1", "α 1", 0.004, 0.008),
    row("controls", "peak 0.1", "α 1", -0.125, null),
    row("rates", "peak 0.3", "α 1", -0.004, 0.002),
  ],
  series: ["α 0.5", "α 1"],
  x: "lag",
  margin: 0.02,
  width: 200,
};
// biome-ignore lint/suspicious/noExplicitAny: a Vega-Lite specification
const draw = (options: Partial<Forest> = {}): any => forest({ ...plain, ...options });

test("a line a setting under its group's heading, the same name in two groups twice", () => {
  const { layer, height } = draw();
  const { y } = layer[2].encoding;
  const [rates, controls] = ['["rates"]', '["controls"]'];
  const lines = [rates, '["rates","peak 0.1"]', '["rates","peak 0.3"]', controls, '["controls","peak 0.1"]'];
  expect(y.scale.domain).toEqual(lines);
  expect(y.axis.labelExpr).toBe(
    `(${JSON.stringify(Object.fromEntries(lines.map((key, i) => [key, ["rates", "peak 0.1", "peak 0.3", "controls", "peak 0.1"][i]])))})[datum.value]`,
  );
  expect(y.axis.labelFontWeight).toEqual({
    condition: { test: `indexof(${JSON.stringify([rates, controls])}, datum.value) >= 0`, value: 600 },
    value: 400,
  });
  // room for each series
  expect(height).toEqual({ step: 13, for: "offset" });
  expect(layer[2].data.values.map((value: { line: string }) => value.line)).toEqual([
    lines[1],
    lines[1],
    lines[4],
    lines[2],
  ]);
});

test("means, intervals and their numbers in words; one seed has no interval", () => {
  const [, , intervals, points, texts] = draw().layer;
  for (const { data } of [intervals, points, texts])
    expect(
      data.values.map(({ mean, low, high, text }: Record<string, unknown>) => [mean, low, high, text]),
    ).toEqual([
      [0.5, 0.25, 0.75, "0.50 (0.25 to 0.75)"],
      [0.004, -0.004, 0.012, "0.00 (0.00 to 0.01)"],
      [-0.125, -0.125, -0.125, "−0.13"],
      [-0.004, -0.006, -0.002, "0.00 (−0.01 to 0.00)"],
    ]);
  expect(draw({ digits: 3 }).layer[4].data.values[1].text).toBe("0.004 (−0.004 to 0.012)");
  expect(intervals.encoding.x.field).toBe("low");
  expect(intervals.encoding.x2.field).toBe("high");
  expect(points.encoding.x.field).toBe("mean");
});

test("the margin is a band around 0", () => {
  const [band, zero] = draw().layer;
  expect(band.data.values).toEqual([{ from: -0.02, to: 0.02 }]);
  expect([band.encoding.x.field, band.encoding.x2.field]).toEqual(["from", "to"]);
  expect(zero.data.values).toEqual([{ zero: 0 }]);
  for (const { encoding } of [band, zero]) expect(encoding.y).toBeUndefined();
});

test("series by colour and, on one line, one below the other; a single one has no legend", () => {
  const { color, yOffset } = draw().layer[3].encoding;
  expect(color.scale).toEqual({ domain: plain.series, range: palette.slice(0, 2) });
  expect(metaOf(draw()).legend).toMatchObject([
    { label: "α 0.5", point: { shape: "circle" } },
    { label: "α 1", point: { shape: "square" } },
    { label: "within ±0.02: counts as none", band: true },
  ]);
  expect(yOffset).toEqual({
    field: "series",
    type: "nominal",
    sort: null,
    scale: { domain: plain.series },
  });
  expect(metaOf(draw({ series: ["α 1"] })).legend).toHaveLength(1);
});

test("nothing to draw", () => {
  expect(forest({ ...plain, rows: [] })).toBeUndefined();
});

test("drawn, it shows all labels and numbers", async () => {
  const svg = await panelSvg(draw(), themes.page.light);
  for (const text of ["rates", "controls", "peak 0.1", "peak 0.3", "0.50 (0.25 to 0.75)", "−0.13"])
    expect(svg).toContain(`>${text}<`);
  expect(svg.match(/>peak 0\.1</g)).toHaveLength(2);
});
