/** Curves of a sweep: what tells them apart, and the axes that their panels share. */
import { parse, View } from "vega";
import { compile } from "vega-lite";
import { describe, expect, test } from "vitest";
import { colouredCurves } from "../../src/figures/colouredCurves.js";
import { metaOf, type Spec } from "../../src/figures/figure.js";
import { panelTitle } from "../../src/figures/panelTitle.js";
import { dashes } from "../../src/figures/seriesLook.js";
import { numberScale } from "../../src/figures/valueScale.js";
import type { Cell } from "../../src/formats/table.js";

const curve = (value: Cell, mean = 1) => ({
  value,
  rows: [1, 10, 100].map((step) => ({ step, mean: mean / step, low: mean / step, high: (2 * mean) / step })),
});
const draw = (values: Cell[], title = "learningRate") =>
  colouredCurves([{ curves: values.map((value) => curve(value)) }], {
    ...{ colour: { title, values }, y: "excess loss (nats)", log: true },
  })[0] as Spec;

async function svgOf(spec: Spec): Promise<string> {
  return new View(parse(compile(spec as never).spec), { renderer: "none" }).toSVG();
}

const channels = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
/** Luma of a colour: what grey print makes of it. */
const grey = (colour: string) => {
  const [r, g, b] = channels(colour);
  return 0.299 * r + 0.587 * g + 0.114 * b;
};

describe("colours", () => {
  test("of numbers are in their order, by ratios where they span a decade, and rise in grey print", () => {
    const legend = metaOf(draw([0.001, 0.01, 0.1, 1])).legend ?? [];
    expect(legend.map(({ label }) => label)).toEqual(["learningRate 0.001", "0.01", "0.1", "1"]);
    const greys = legend.map(({ colour }) => grey(colour));
    expect(greys).toEqual([...greys].sort((a, b) => a - b));
    expect(new Set(greys).size).toBe(4);
    // evenly spaced on the ramp of four
    expect(legend.map(({ colour }) => colour)).toEqual(["#6050c8", "#0085c7", "#2aa876", "#e69f00"]);
    // grey print has no room for more than their order
    expect(new Set(legend.map(({ dash }) => JSON.stringify(dash))).size).toBe(4);
    const lines = (draw([0.001, 0.01, 0.1, 1]) as { layer: Spec[] }).layer[1] as { encoding: Spec };
    expect(lines.encoding.strokeDash).toMatchObject({ scale: { range: dashes.slice(0, 4) } });
    const seven = metaOf(draw([1, 2, 3, 4, 5, 6, 7])).legend ?? [];
    expect(seven.every(({ dash }) => dash === undefined)).toBe(true);
  });

  test("of numbers that are nearly alike are still apart", () => {
    const colours = (metaOf(draw([1, 1.000001, 2])).legend ?? []).map(({ colour }) => colour);
    const [a, b] = colours.map(channels);
    expect(Math.max(...a.map((x, i) => Math.abs(x - b[i])))).toBeGreaterThan(30);
  });

  test("of words have dashes beside them", () => {
    const legend = metaOf(draw(["adam", "sgd", "sign"], "optimizer.kind")).legend ?? [];
    expect(legend.map(({ label }) => label)).toEqual(["optimizer.kind adam", "sgd", "sign"]);
    expect(new Set(legend.map(({ dash }) => JSON.stringify(dash))).size).toBe(3);
  });

  test("of many numbers are a scale with labelled ticks, drawn as a gradient", async () => {
    const values = Array.from({ length: 13 }, (_, i) => Number((1e-4 * 10 ** (i / 4)).toPrecision(4)));
    const spec = draw(values);
    expect(metaOf(spec).legend).toEqual([]);
    const svg = await svgOf(spec);
    expect(svg).toContain("linearGradient");
    for (const label of ["0.0001", "0.001", "0.01", "0.1"]) expect(svg).toContain(`>${label}</text>`);
    expect(svg.match(/mark-line/g)).toHaveLength(13);
  });

  test("are explained where they are drawn: a value without a curve is not in the legend, and one seed has no band", () => {
    const [spec] = colouredCurves(
      [
        {
          curves: [
            { value: 1, rows: [{ step: 1, mean: 1, low: 1, high: 1 }] },
            { value: 2, rows: [] },
          ],
        },
      ],
      { colour: { title: "x", values: [1, 2] }, y: "y", log: true },
    );
    expect(metaOf(spec as Spec).legend).toMatchObject([{ label: "x 1", band: false }]);
  });
});

test("panels share their axes, unless they are told not to", () => {
  const panels = [{ curves: [curve("a", 1)] }, { curves: [curve("a", 100)] }, { curves: [] }];
  const options = { colour: { title: "x", values: ["a"] }, y: "y", log: true };
  const domains = (ownScales: boolean) =>
    colouredCurves(panels, { ...options, ownScales }).map((spec) => {
      // biome-ignore lint/suspicious/noExplicitAny: a Vega-Lite specification
      return (spec as any)?.layer[1].encoding.y.scale.domain;
    });
  const [one, other, none] = domains(false);
  expect(one).toEqual(other);
  expect(one[0]).toBeLessThan(0.01);
  expect(one[1]).toBeGreaterThan(200);
  expect(none).toBeUndefined();
  expect(domains(true)[0]).not.toEqual(domains(true)[1]);
});

test("steps are counted in whole numbers: three of them, and 50,304", async () => {
  const rows = (steps: number[]) => steps.map((step) => ({ step, mean: 7, low: 7, high: 7 }));
  const texts = async (steps: number[], log: boolean) => {
    const [spec] = colouredCurves([{ curves: [{ value: undefined, rows: rows(steps) }] }], { y: "y", log });
    const svg = await svgOf(spec as Spec);
    return [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text);
  };
  for (const log of [true, false]) {
    expect(await texts([1, 2, 3], log)).toEqual(expect.arrayContaining(["1", "2", "3"]));
    for (const text of await texts([1, 2, 3], log)) expect(text).not.toMatch(/^[123]\.|m$/);
    for (const text of await texts([1, 50304], log)) expect(text).not.toMatch(/k$|50300/);
  }
});

test("a panel's title is one line where there is room, and else goes on below it", () => {
  expect(panelTitle([], 300)).toBeUndefined();
  expect(panelTitle(["norm none", "embeddingDim 4"], 300)).toBe("norm none, embeddingDim 4");
  expect(panelTitle(["distribution.exponent 0.5", "norm layernorm", "learningRate 0.001"], 220)).toEqual({
    text: "distribution.exponent 0.5",
    subtitle: ["norm layernorm, learningRate 0.001"],
  });
});

test("a scale of numbers: logarithmic from a factor of ten on, none of words or of one value", () => {
  const of = (...values: Cell[]) => numberScale({ title: "x", values });
  expect(of(1, 10)).toMatchObject({ type: "log", least: 1, largest: 10 });
  expect(of(1, 3, 10)?.place(Math.sqrt(10))).toBeCloseTo(0.5, 12);
  expect(of(1, 9)).toMatchObject({ type: "linear" });
  expect(of(0, 100)?.place(25)).toBe(0.25);
  expect([of("a", 1), of(1), of(), of(1, null)]).toEqual([undefined, undefined, undefined, undefined]);
});
