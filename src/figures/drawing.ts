/** Figures: drawn in both looks, and written as SVG, PNG and CSV. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { kindOf } from "../disk/kind.js";
import { type WriteOptions, writeWhole } from "../disk/writeWhole.js";
import type { Figure, LegendEntry } from "./figure.js";
import { figureCsv } from "./figureTable.js";
import { joinedSvg, zoomed } from "./joined.js";
import { legendOf } from "./legend.js";
import { panelSvg, pngRenderer, signedSvg } from "./picture.js";
import { type Theme, type ThemeName, themes } from "./theme.js";

/** A figure in both looks, as SVG. */
export interface DrawnFigure extends Omit<Figure, "panels"> {
  theme: ThemeName;
  /** The whole, for files. */
  svg: { light: string; dark: string };
  /** Each by itself, for pages. */
  panels: { light: string; dark: string }[];
  /** What explains all panels. */
  legend: LegendEntry[];
  /** The numbers that are drawn. */
  csv: string;
}

async function drawFigure(figure: Figure, name: ThemeName): Promise<DrawnFigure> {
  const { panels, columns = 1 } = figure;
  const legend = legendOf(panels);
  const { light, dark } = themes[name];
  const drawn = async (theme: Theme) => {
    const own: string[] = [];
    for (const panel of panels) own.push(await panelSvg(panel, theme));
    const whole = signedSvg(zoomed(joinedSvg(own, columns, legend, theme), theme.zoom));
    return { whole, own: own.map((svg) => zoomed(svg, theme.zoom)) };
  };
  const [inLight, inDark] = [await drawn(light), await drawn(dark)];
  return {
    ...figure,
    theme: name,
    svg: { light: inLight.whole, dark: inDark.whole },
    panels: inLight.own.map((svg, i) => ({ light: svg, dark: inDark.own[i] })),
    legend,
    csv: await figureCsv(figure),
  };
}

/** Both looks of each figure; one that cannot be drawn is left out, with a line that says why. */
export async function drawFigures(
  figures: readonly Figure[],
  theme: ThemeName = "page",
): Promise<{ drawn: DrawnFigure[]; left: string[] }> {
  const drawn: DrawnFigure[] = [];
  const left: string[] = [];
  for (const figure of figures) {
    const own = await drawFigure(figure, theme);
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
