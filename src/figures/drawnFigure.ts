/** Figures in both looks, as text: drawn alike in Node and on a page. */
import type { Figure, LegendEntry } from "./figure.js";
import { figureCsv } from "./figureTable.js";
import { joinedSvg, zoomed } from "./joined.js";
import { legendOf } from "./legend.js";
import { panelSvg, signedSvg } from "./picture.js";
import { onBlack, type Theme, type ThemeName, themes } from "./theme.js";

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

/** @param madeBy what its metadata says: "unigram-lab 0.1.0" */
export async function drawFigure(figure: Figure, name: ThemeName, madeBy: string): Promise<DrawnFigure> {
  const { panels, columns = 1 } = figure;
  const legend = legendOf(panels);
  const { light, dark } = themes[name];
  const drawn = async (theme: Theme) => {
    const own: string[] = [];
    for (const panel of panels) own.push(await panelSvg(panel, theme));
    const whole = signedSvg(zoomed(joinedSvg(own, columns, legend, theme), theme.zoom), madeBy);
    const seen = (svg: string) =>
      theme.name === "dark" ? svg.replaceAll(onBlack.colour, onBlack.lighter) : svg;
    return { whole: seen(whole), own: own.map((svg) => seen(zoomed(svg, theme.zoom))) };
  };
  const [inLight, inDark] = [await drawn(light), await drawn(dark)];
  return {
    ...figure,
    theme: name,
    svg: { light: inLight.whole, dark: inDark.whole },
    panels: inLight.own.map((svg, i) => ({ light: svg, dark: inDark.own[i] })),
    legend,
    csv: figureCsv(figure),
  };
}
