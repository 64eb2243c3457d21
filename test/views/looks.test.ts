import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { lookOf, looks, rankColour } from "../../src/lab/looks.js";

const layout = await readFile("src/lab/layout/layout.css", "utf8");
const css = await readFile("src/lab/looks.css", "utf8");
const blocks = [...css.matchAll(/(:root[^{]*)\{([^{}]*)\}/g)].map(([, selector, body]) => ({
  selector: selector.trim(),
  colours: [...body.matchAll(/--look-(\d): (#[0-9a-f]{6});/g)].map(
    ([, i, colour]) => [Number(i), colour] as const,
  ),
}));
/** Panels of both themes, on which charts stand, and the papers below them. */
const papers = Object.fromEntries(
  (["light", "dark"] as const).map((theme, i) => [
    theme,
    ["panel", "paper"].map((name) =>
      rgb([...layout.matchAll(new RegExp(`--${name}: (#[0-9a-f]+);`, "g"))][i][1]),
    ),
  ]),
);

function rgb(hex: string): number[] {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex;
  return [1, 3, 5].map((at) => Number.parseInt(full.slice(at, at + 2), 16) / 255);
}

function hsl(text: string): number[] {
  const [h, s, l] = [...text.matchAll(/[\d.]+/g)].map(Number);
  const a = (s / 100) * Math.min(l / 100, 1 - l / 100);
  return [0, 8, 4].map((n) => {
    const k = (n + h / 30) % 12;
    return l / 100 - a * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  });
}

const luminance = (colour: number[]): number =>
  colour
    .map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
    .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);

function contrast(a: number[], b: number[]): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe("looks", () => {
  it("are eight, by colour, by dash and by shape", () => {
    expect(looks).toHaveLength(8);
    expect(new Set(looks.map(({ dash }) => dash.join())).size).toBe(8);
    expect(new Set(looks.map(({ shape }) => shape)).size).toBe(8);
    expect(looks.map((_, i) => lookOf(i))).toEqual(looks);
    expect(lookOf(11)).toEqual({ ...looks[4], variable: "--look-3", colour: "var(--look-3)" });
  });

  it("have colours in either theme, the same by choice and by preference", () => {
    expect(blocks.map(({ selector }) => selector)).toEqual([
      ":root",
      ':root:not([data-theme="light"])',
      ':root[data-theme="dark"]',
    ]);
    for (const { colours } of blocks) expect(colours.map(([i]) => i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(blocks[1].colours).toEqual(blocks[2].colours);
    for (const { colours } of blocks) expect(new Set(colours.map(([, colour]) => colour)).size).toBe(8);
  });

  it("stand out from the paper and from panels, 3 : 1 at least", () => {
    for (const [theme, { colours }] of [
      ["light", blocks[0]],
      ["dark", blocks[2]],
    ] as const)
      for (const [i, colour] of colours)
        for (const paper of papers[theme])
          expect(contrast(rgb(colour), paper), `look ${i}, ${theme}`).toBeGreaterThanOrEqual(3);
  });
});

describe("ranks", () => {
  const at = (rank: number, dark: boolean) => hsl(rankColour(rank, 100, dark));

  it("come nearer to the paper from the most to the least frequent, and stay apart from it", () => {
    for (const [dark, theme] of [
      [false, "light"],
      [true, "dark"],
    ] as const) {
      const contrasts = [0, 1, 5, 20, 99].map((rank) => contrast(at(rank, dark), papers[theme][0]));
      expect(contrasts).toEqual([...contrasts].sort((a, b) => b - a));
      expect(contrasts.at(-1)).toBeGreaterThanOrEqual(3);
    }
  });

  it("have a colour where there is but one", () => {
    expect(rankColour(0, 1, false)).toBe(rankColour(0, 100, false));
  });
});
