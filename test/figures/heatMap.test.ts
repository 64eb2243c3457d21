/** Heat maps: their cells, and the frontier over them as it is drawn. */
import { parse, View } from "vega";
import { compile } from "vega-lite";
import { describe, expect, test } from "vitest";
import { heatMap } from "../../src/figures/heatMap.js";

const x = { title: "rate", values: [1, 2, 4] };
const y = { title: "warmup", values: [0, 10] };
const cells = x.values.flatMap((rate) => y.values.map((warmup) => ({ x: rate, y: warmup, value: rate })));
const map = { cells, x, y, legend: "loss" };

describe("a heat map", () => {
  test("without a frontier is one layer of rectangles", () => {
    const spec = heatMap(map) as { mark: unknown; layer?: unknown; encoding: { color: { scale: object } } };
    expect(spec.mark).toEqual({ type: "rect" });
    expect(spec.layer).toBeUndefined();
    expect(spec.encoding.color.scale).toEqual({ scheme: "viridis", type: "log" });
    expect(heatMap({ ...map, frontier: [] })).toEqual(spec);
  });

  test("has the colours' ends that are asked for, and clamps what is beyond", () => {
    const spec = heatMap({ ...map, colours: [0.1, 2] }) as { encoding: { color: { scale: object } } };
    expect(spec.encoding.color.scale).toMatchObject({ domain: [0.1, 2], clamp: true });
  });

  test("nothing to show is no panel", () => {
    expect(heatMap({ ...map, cells: cells.map((cell) => ({ ...cell, value: null })) })).toBeUndefined();
  });
});

/** Lines of the drawn frontier in units of cells, from the top left corner. */
async function drawn(frontier: { y: number; behind: number }[]): Promise<number[][]> {
  const spec = heatMap({ ...map, cellWidth: 60, frontier }) as { width: number; height: number };
  const view = new View(parse(compile(spec as never).spec));
  await view.runAsync();
  const lines: number[][] = [];
  const visit = (item: Record<string, unknown>) => {
    if (item.marktype === "rule" && item.role === "mark")
      for (const rule of item.items as Record<string, number | string>[])
        if (rule.stroke === "black") {
          const [x1, y1] = [Number(rule.x), Number(rule.y)];
          const ends = [x1, y1, Number(rule.x2 ?? x1), Number(rule.y2 ?? y1)];
          lines.push(
            ends.map((at, i) => (at * (i % 2 === 0 ? 3 : 2)) / (i % 2 === 0 ? spec.width : spec.height)),
          );
        }
    for (const child of (item.items ?? []) as Record<string, unknown>[]) visit(child);
  };
  visit((view.scenegraph() as unknown as { root: Record<string, unknown> }).root);
  return lines.map((line) => line.map((at) => Number(at.toFixed(6)) + 0));
}

describe("a frontier", () => {
  test("runs down behind its cell in every row, and across where it moves", async () => {
    expect(
      await drawn([
        { y: 0, behind: 1 },
        { y: 10, behind: 2 },
      ]),
    ).toEqual([
      [1, 0, 1, 1],
      [2, 1, 2, 2],
      [1, 1, 2, 1],
    ]);
  });

  test("is open where a row has none", async () => {
    expect(await drawn([{ y: 10, behind: 4 }])).toEqual([[3, 1, 3, 2]]);
  });
});

describe("cells", () => {
  const svgOf = async (options: Parameters<typeof heatMap>[0]) =>
    new View(parse(compile(heatMap(options) as never).spec), { renderer: "none" }).toSVG();

  test("hold their numbers with as many digits as tell them apart, and a mark where there is none", async () => {
    const two = (values: (number | null)[]) =>
      values.map((value, i) => ({ x: x.values[i], y: 0, value, ...(value === null ? { mark: "×" } : {}) }));
    const texts = async (values: (number | null)[]) => {
      const svg = await svgOf({
        ...map,
        cells: two(values),
        y: { title: "warmup", values: [0] },
        numbers: true,
      });
      return [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text);
    };
    expect(await texts([0.123456, 1, null])).toEqual(expect.arrayContaining(["0.12", "1.0", "×"]));
    expect(await texts([0.9, 0.4512, 99.7])).toEqual(expect.arrayContaining(["0.90", "0.45", "100"]));
    expect(await texts([1e-5, 0.00041, 1234])).toEqual(expect.arrayContaining(["1.0e-5", "0.00041", "1200"]));
    expect(await texts([3.2624, 3.2811, null])).toEqual(expect.arrayContaining(["3.262", "3.281", "×"]));
  });

  test("have colours of ratios, as the scale's title says", async () => {
    const svg = await svgOf(map);
    expect(svg).toContain(">loss</tspan>");
    expect(svg).toContain(">(logarithmic scale)</tspan>");
    // what a cell is said to be has the name alone
    expect(svg).toContain("loss: 2");
  });

  test("are said in words: what each axis is, and a long name on two lines beside them", async () => {
    const key = '{"kind":"long"}';
    const svg = await svgOf({
      ...map,
      y: {
        title: "learningRate",
        values: [key],
        labels: new Map([[JSON.stringify(key), "warmup 60, linear decay 0.01 → 0 from 300"]]),
      },
      cells: [{ x: 1, y: key, value: 0.5 }],
    });
    expect(svg).toContain("rate: 1; learningRate: warmup 60, linear decay 0.01 → 0 from 300; loss: 0.5");
    expect(svg).toContain(">warmup 60, linear decay</tspan>");
    expect(svg).toContain(">0.01 → 0 from 300</tspan>");
    expect(svg).not.toContain("kind");
  });
});
