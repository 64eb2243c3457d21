/** Figures drawn in both looks, and written as SVG, PNG and CSV. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { generator } from "../disk/generator.js";
import { kindOf } from "../disk/kind.js";
import { type WriteOptions, writeWhole } from "../disk/writeWhole.js";
import { type DrawnFigure, drawFigure } from "./drawnFigure.js";
import type { Figure } from "./figure.js";
import { pngRenderer } from "./png.js";
import { type ThemeName, themeNamed, themes } from "./theme.js";

/**
 * Both looks of each figure; one that cannot be drawn is left out, with a line that says why.
 * @throws ConfigError for a theme that there is not
 */
export async function drawFigures(
  figures: readonly Figure[],
  theme: ThemeName = "page",
): Promise<{ drawn: DrawnFigure[]; left: string[] }> {
  const name = themeNamed(theme);
  const drawn: DrawnFigure[] = [];
  const left: string[] = [];
  for (const figure of figures) {
    const own = await drawFigure(figure, name, generator());
    if (/\b(NaN|Infinity)\b/.test(own.svg.light))
      left.push(`The figure ${figure.name} is left out: its runs hold no number that could be drawn.`);
    else drawn.push(own);
  }
  return { drawn, left };
}

/** What a report without its PNG figures says. */
export const withoutPng =
  "figures are written as SVG only: PNG needs the optional package @resvg/resvg-js, which is not installed";

/**
 * Writes DIR/figures/*.svg, *.csv and, where its renderer is installed, *.png.
 * @returns false when there are no PNG figures, and none that are older than the page either
 */
export async function writeFigures(
  dir: string,
  figures: readonly DrawnFigure[],
  { force }: Pick<WriteOptions, "force"> = {},
): Promise<boolean> {
  const png = await pngRenderer();
  const options = { kind: "figure", force } as const;
  for (const { name, svg, csv, theme } of figures) {
    const path = join(dir, "figures", name);
    await writeWhole(`${path}.svg`, svg.light, options);
    await writeWhole(`${path}.csv`, csv, options);
    if (png) await writeWhole(`${path}.png`, png(svg.light, themes[theme].light), options);
    // one that is older than the page would belie it
    else if ((await kindOf(`${path}.png`).catch(() => undefined)) === "figure") await rm(`${path}.png`);
  }
  return png !== undefined;
}
