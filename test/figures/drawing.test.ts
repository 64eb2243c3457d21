/** Figures as files and as pieces of a page. */
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kindOf } from "../../src/disk/kind.js";
import { drawFigures, writeFigures } from "../../src/figures/drawing.js";
import { type Figure, plotSize } from "../../src/figures/figure.js";
import { sizeOf } from "../../src/figures/joined.js";
import { panel } from "../../src/figures/panel.js";
import { textWidth } from "../../src/figures/textWidth.js";
import { figureHtml, figureStyle } from "../../src/report/figureHtml.js";

const rowsOf = (scale: number) =>
  [1, 2, 3].map((step) => ({
    condition: "a, <b>",
    step,
    mean: scale / 3 / step,
    low: (0.9 * scale) / 3 / step,
    high: scale / step,
  }));
const panelOf = (title: string, scale: number, size: { width: number; height: number } = plotSize.two) =>
  panel({
    ...size,
    title,
    rows: rowsOf(scale),
    conditions: ["a, <b>", "b"],
    y: "a quantity whose name is much longer than its axis is high",
    rules: [{ label: "floor", value: 0 }],
    yDomain: [0, scale],
    xDomain: [1, 3],
  });
const figure: Figure = {
  name: "curves",
  caption: "Curves & bands.",
  panels: [panelOf("small", 0.001), panelOf("large", 30_000), panelOf("small again", 0.1)],
  columns: 2,
};
const drawnOf = async (theme?: "page" | "slide") => (await drawFigures([figure], theme)).drawn[0];

/** Where a text begins, in the coordinates of its SVG: all groups around it only move. */
function placeOf(svg: string, text: string): [number, number] {
  const before = svg.slice(0, svg.indexOf(`>${text}<`));
  const open: [number, number][] = [];
  for (const [tag, name] of before.matchAll(/<(\/?\w+)[^>]*?(?<!\/)>|<text[^>]*$/g)) {
    if (name?.startsWith("/")) open.pop();
    else {
      const moved = /translate\(([-\d.]+),([-\d.]+)\)/.exec(tag);
      open.push(moved ? [Number(moved[1]), Number(moved[2])] : [0, 0]);
    }
  }
  return open.reduce(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
}

test("what is too dark on black is lighter there, in pictures and in a page's legend", async () => {
  const drawn = await drawnOf();
  for (const { light, dark } of [drawn.svg, ...drawn.panels]) {
    expect(light).toContain("#0072B2");
    expect(dark).toContain("#3b8fd0");
    expect(dark).not.toContain("#0072B2");
  }
  expect(figureHtml(drawn, { png: false, repeat: "" })).toContain('stroke="#0072B2"');
  expect(figureStyle).toContain('.legend [stroke="#0072B2"] { stroke: #3b8fd0; }');
});

describe("panels", () => {
  test("titles stand at one place, whatever the width of labels and the length of an axis' name", async () => {
    const { panels } = await drawnOf();
    const places = ["small", "large", "small again"].map((title, i) => placeOf(panels[i].light, title));
    expect(new Set(places.map(String)).size).toBe(1);
  });

  test("the sizes for figures leave them as wide as a phone's page", async () => {
    const { drawn } = await drawFigures(
      Object.values(plotSize).map((size) => ({ ...figure, panels: [{ ...panelOf("t", 0.001, size) }] })),
    );
    const short = drawn.map(({ panels }) => sizeOf(panels[0].light).width);
    // the name of the axis is what is wide in these
    const name = textWidth("a quantity whose name is much longer than its axis is high", 12);
    for (const width of short) expect(width).toBeLessThan(name + 30);
    const plain = Object.values(plotSize).map((size) => ({
      ...figure,
      panels: [panel({ ...size, rows: rowsOf(0.001), conditions: ["a, <b>"], y: "loss (nats)" })],
    }));
    for (const { panels } of (await drawFigures(plain)).drawn)
      expect(sizeOf(panels[0].light).width).toBeLessThanOrEqual(358);
  });

  test("a theme that there is not is refused", async () => {
    await expect(drawFigures([figure], "huge" as never)).rejects.toThrow(
      'theme: expected page or slide, got "huge"',
    );
  });
});

describe("the whole", () => {
  test("joins panels in rows of columns, with ids of their own and one legend", async () => {
    const { svg, panels } = await drawnOf();
    const sizes = panels.map(({ light }) => sizeOf(light));
    const whole = sizeOf(svg.light);
    expect(whole.width).toBe(Math.max(sizes[0].width, sizes[2].width) + sizes[1].width);
    expect(whole.height).toBeGreaterThan(sizes[0].height + sizes[2].height);
    const ids = [...svg.light.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, used] of svg.light.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(used);
    expect(svg.light.match(/>floor</g)).toHaveLength(1);
    expect(svg.light.match(/>a, &lt;b&gt;</g)).toHaveLength(1);
    expect(svg.light.match(/<metadata>unigram-lab /g)).toHaveLength(1);
  });

  test("a slide's type is larger, and larger beside what is drawn", async () => {
    const sizeIn = (svg: string) =>
      [...svg.matchAll(/font-size="([\d.]+)px"/g)].map(([, size]) => Number(size)).sort((a, b) => a - b)[0];
    const [page, slide] = [await drawnOf("page"), await drawnOf("slide")];
    const ratio = sizeIn(slide.svg.light) / sizeIn(page.svg.light);
    expect(ratio).toBeCloseTo(1.5, 10);
    const zoom = sizeOf(slide.svg.light).width / Number(/viewBox="0 0 ([\d.]+)/.exec(slide.svg.light)?.[1]);
    expect(zoom).toBeCloseTo(1.6, 10);
  });
});

describe("files", () => {
  test("SVG, PNG and CSV, all of a kind that is replaced; the CSV of others is not", async () => {
    const dir = await mkdtemp(join(tmpdir(), "figures-"));
    const drawn = [await drawnOf()];
    for (const _ of [1, 2]) await writeFigures(dir, drawn);
    const names = await readdir(join(dir, "figures"));
    expect(names.sort()).toEqual(["curves.csv", "curves.png", "curves.svg"]);
    for (const name of names) expect(await kindOf(join(dir, "figures", name))).toBe("figure");
    const path = join(dir, "figures/curves.csv");
    await writeFile(path, "panel,kind,series,x\nmine,1,2,3\n");
    await expect(writeFigures(dir, drawn)).rejects.toThrow(/curves.csv: expected a file of unigram-lab's/);
    expect(await readFile(path, "utf8")).toContain("mine");
  });

  test("the CSV has every number with all its digits", async () => {
    const [head, first, ...others] = (await drawnOf()).csv.trimEnd().split("\n");
    expect(head).toBe("panel,kind,series,x_name,x,y_name,mean,low,high");
    expect(first).toBe(
      `small,measured,"a, <b>",training steps,1,a quantity whose name is much longer than its axis is high,${0.001 / 3},${(0.9 * 0.001) / 3},0.001`,
    );
    expect(others).toHaveLength(3 * 4 - 1);
  });
});

describe("on a page", () => {
  const htmlOf = async (png: boolean) =>
    figureHtml(await drawnOf(), { png, repeat: "npx unigram-lab a & b" });

  test("each panel by itself in both looks, one legend, a caption, links and the command", async () => {
    const html = await htmlOf(true);
    expect(html.match(/<div class="panel">/g)).toHaveLength(3);
    for (const look of ["light", "dark"])
      expect(html.match(new RegExp(`class="${look}"`, "g"))).toHaveLength(3);
    expect(html.match(/<li>/g)).toHaveLength(2);
    expect(html).toContain("</svg>a, &lt;b&gt;</li>");
    expect(html).toContain("<figcaption>Curves &amp; bands.</figcaption>");
    expect([...html.matchAll(/href="(figures[^"]+)"/g)].map(([, path]) => path)).toEqual([
      "figures/curves.svg",
      "figures/curves.png",
      "figures/curves.csv",
    ]);
    expect(html).toContain("<pre>npx unigram-lab a &amp; b</pre>");
    expect(await htmlOf(false)).not.toContain("curves.png");
  });

  test("ids differ between all pictures", async () => {
    const ids = [...(await htmlOf(true)).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("pictures have their natural size, and panels the room for the columns of the figure", async () => {
    const html = await htmlOf(true);
    const widest = Math.max(...(await drawnOf()).panels.map(({ light }) => sizeOf(light).width));
    expect(html).toContain(`<div class="panels" style="max-width:${2 * widest}px">`);
    const { panels } = await drawnOf();
    for (const { light } of panels) expect(html).toContain(` width="${sizeOf(light).width}" height=`);
  });
});

test("a text is as wide as its letters, bold ones wider", () => {
  expect(textWidth("", 12)).toBe(0);
  expect(textWidth("iiii", 12)).toBeLessThan(textWidth("mmmm", 12) / 2);
  expect(textWidth("loss", 24)).toBeCloseTo(2 * textWidth("loss", 12), 10);
  expect(textWidth("loss", 12, 600)).toBeGreaterThan(textWidth("loss", 12));
  // Inter's zero is 1264 of 2048 units wide, and room is kept for wider fonts
  expect(textWidth("0", 1000) / 1.15).toBeGreaterThan(580);
  expect(textWidth("0", 1000) / 1.15).toBeLessThan(660);
});
