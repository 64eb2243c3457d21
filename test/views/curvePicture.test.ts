import { describe, expect, it } from "vitest";
import type { Axes } from "../../src/lab/charts/axes.js";
import { type CurvePicture, drawCurves, type Pointed } from "../../src/lab/charts/curvePicture.js";
import type { Curve } from "../../src/lab/charts/curves.js";
import { pixelAxis } from "../../src/lab/charts/plane.js";

const curve = (more: Partial<Curve>): Curve => ({
  key: "A",
  letter: "A",
  label: "",
  look: 0,
  seeds: 1,
  steps: [],
  values: [],
  ...more,
});

/** What is drawn, a word and its places for each call: paths, texts, and the transparency of what is filled or stroked. */
function drawn(picture: Partial<CurvePicture>, pointed: Partial<Pointed> = {}): string[] {
  const calls: string[] = [];
  const state: Record<string, unknown> = { globalAlpha: 1, textAlign: "center" };
  let kept = state;
  const ctx = new Proxy(state, {
    get: (_, name: string) =>
      name === "measureText"
        ? () => ({ width: 10 })
        : (...places: unknown[]) => {
            if (name === "save") kept = { ...state };
            if (name === "restore") Object.assign(state, kept);
            if (["save", "restore", "clip", "setLineDash", "rect"].includes(name)) return;
            const how = { fill: state.globalAlpha, fillText: state.textAlign }[name];
            calls.push([name, how ?? [], ...places.map(rounded)].flat().join(" "));
          },
  }) as unknown as CanvasRenderingContext2D;
  const all = { curves: [], quantity: "loss", unit: "", logX: false, logY: false, last: 100, ...picture };
  const axes: Axes = {
    x: pixelAxis({ limits: all.logX ? [1, 100] : [0, 100], log: all.logX }, 0, 100),
    y: pixelAxis({ limits: all.logY ? [0.1, 10] : [0, 10], log: all.logY }, 100, 0),
    left: 0,
    right: 100,
    top: 0,
    bottom: 100,
  };
  const colours = { ink: "", faint: "", line: "", paper: "", accent: "", looks: [""], dark: false };
  const none = { scrubbed: undefined, cursor: undefined, key: undefined };
  drawCurves(ctx, all, axes, colours, { ...none, ...pointed }, 12);
  return calls;
}

const rounded = (place: unknown) => (typeof place === "number" ? Number(place.toFixed(6)) + 0 : place);

const lines = (calls: string[]) => calls.filter((call) => /^(move|line)To/.test(call));

describe("a curve", () => {
  it("goes from evaluation to evaluation, with a gap where nothing was measured", () => {
    const curves = [curve({ steps: [0, 10, 20, 30, 40], values: [10, 5, null, 2, 1] })];
    expect(lines(drawn({ curves }))).toEqual(["moveTo 0 0", "lineTo 10 50", "moveTo 30 80", "lineTo 40 90"]);
  });

  it("leaves out what has no logarithm", () => {
    const curves = [curve({ steps: [0, 1, 10, 100], values: [3, 10, 0, 0.1] })];
    const calls = lines(drawn({ curves, logX: true, logY: true }));
    expect(calls).toEqual(["moveTo 0 0", "moveTo 100 100"]);
  });

  it("has a band between the least and the largest, but for gaps, under it", () => {
    const [values, low, high] = [
      [5, 5, null, 5],
      [4, 4, null, 4],
      [6, 6, null, 6],
    ];
    const calls = drawn({ curves: [curve({ steps: [0, 10, 20, 30], values, low, high, seeds: 2 })] });
    // the first is of what they are clipped to
    expect(calls.slice(2, 7)).toEqual([
      "lineTo 0 60",
      "lineTo 10 60",
      "lineTo 10 40",
      "lineTo 0 40",
      "fill 0.2",
    ]);
    expect(calls.filter((call) => call === "fill 0.2")).toHaveLength(2);
  });

  it("ends with its letter where there are others, none over another, and a faint one without", () => {
    const ends = ["A", "B", "C"].map((letter) =>
      curve({ letter, steps: [0, 50], values: [9, 5], faint: letter === "C" }),
    );
    const texts = drawn({ curves: ends }).filter((call) => call.startsWith("fillText"));
    expect(texts.map((text) => text.split(" ").slice(0, 4))).toEqual([
      ["fillText", "center", "A", "62.8"],
      ["fillText", "center", "B", "62.8"],
    ]);
    const [a, b] = texts.map((text) => Number(text.split(" ")[4]));
    expect(Math.abs(b - a)).toBe(12);
    expect(drawn({ curves: [ends[0]] }).filter((call) => call.startsWith("fillText"))).toEqual([]);
  });
});

it("a curve that ended badly ends with a cross", () => {
  const strokes = (badEnd: string) =>
    drawn({ curves: [curve({ steps: [0, 20], values: [10, 4], badEnd })] }).filter((call) =>
      call.startsWith("arc"),
    ).length;
  expect([strokes(""), strokes("exploded")]).toEqual([1, 0]);
});

describe("over the curves", () => {
  it("are levels with their names, straight lines, and where the reader is", () => {
    const curves = [curve({ steps: [0, 20], values: [10, 4] })];
    const more = { rules: [{ y: 2, label: "H" }], segments: [{ from: [0, 8], to: [10, 6] } as const] };
    const calls = drawn({ curves, ...more }, { scrubbed: 20, cursor: 33, key: { curve: 0, step: 25 } });
    expect(lines(calls).slice(2)).toEqual([
      "moveTo 0 80",
      "lineTo 100 80",
      "moveTo 0 20",
      "lineTo 10 40",
      "moveTo 20 0",
      "lineTo 20 100",
      "moveTo 33 0",
      "lineTo 33 100",
    ]);
    expect(calls).toContain("fillText left H 6 76");
    // the mark at the end, and the ring at the evaluation before the key's step
    expect(calls.filter((call) => call.startsWith("arc")).map((call) => call.split(" ").slice(1, 4))).toEqual(
      [
        ["20", "60", "3.5"],
        ["20", "60", "6"],
      ],
    );
  });
});
