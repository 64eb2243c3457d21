/** Figures: drawn in both looks, and written as SVG and PNG. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { kindOf } from "../disk/kind.js";
import { type WriteOptions, writeWhole } from "../disk/writeWhole.js";
import type { Figure } from "./figure.js";
import { figureSvg, pngRenderer } from "./picture.js";
import { dark, light } from "./theme.js";

/** A figure in both looks, as SVG. */
export interface DrawnFigure extends Figure {
  svg: { light: string; dark: string };
}

/** Both looks of each figure; one that cannot be drawn is left out, with a line that says why. */
export async function drawFigures(
  figures: readonly Figure[],
): Promise<{ drawn: DrawnFigure[]; left: string[] }> {
  const drawn: DrawnFigure[] = [];
  const left: string[] = [];
  for (const figure of figures) {
    const svg = { light: await figureSvg(figure.spec, light), dark: await figureSvg(figure.spec, dark) };
    if (/\b(NaN|Infinity)\b/.test(svg.light))
      left.push(`The figure ${figure.name} is left out: its runs hold no number that could be drawn.`);
    else drawn.push({ ...figure, svg });
  }
  return { drawn, left };
}

/** What a report without its PNG figures says. */
export const withoutPng =
  "figures are written as SVG only: PNG needs the optional package @resvg/resvg-js, which is not installed";

/**
 * Writes DIR/figures/*.svg and, where its renderer is installed, *.png.
 * @returns false when there are no PNG figures, and none that are older than the page either
 */
export async function writeFigures(
  dir: string,
  figures: readonly DrawnFigure[],
  { force }: Pick<WriteOptions, "force"> = {},
): Promise<boolean> {
  const png = await pngRenderer();
  const options = { kind: "figure", force } as const;
  for (const { name, svg } of figures) {
    const path = join(dir, "figures", name);
    await writeWhole(`${path}.svg`, svg.light, options);
    if (png) await writeWhole(`${path}.png`, png(svg.light, light), options);
    // one that is older than the page would belie it
    else if ((await kindOf(`${path}.png`).catch(() => undefined)) === "figure") await rm(`${path}.png`);
  }
  return png !== undefined;
}
