/** A figure as a file. */
import { version } from "../../../package.json";
import { drawFigure } from "../../figures/drawnFigure.js";
import type { Figure } from "../../figures/figure.js";
import type { ThemeName } from "../../figures/theme.js";
import { pngOf } from "./png.js";

interface Look {
  size: ThemeName;
  look: "light" | "dark";
  format: "svg" | "png";
}

export async function svgOf(figure: Figure, { size, look }: Omit<Look, "format">): Promise<string> {
  return (await drawFigure(figure, size, `unigram-lab ${version}`)).svg[look];
}

export async function pictureOf(figure: Figure, { format, ...look }: Look): Promise<Blob> {
  const svg = await svgOf(figure, look);
  return format === "png" ? pngOf(svg) : new Blob([svg], { type: "image/svg+xml" });
}
