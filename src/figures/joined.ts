/** Panels and their legend as one picture, for the files of a figure. */
import type { LegendEntry } from "./figure.js";
import { printable } from "./labels.js";
import { markOf, markSize } from "./legend.js";
import { textWidth } from "./textWidth.js";
import { font, type Theme } from "./theme.js";

interface Size {
  width: number;
  height: number;
}

/** Pixels around the legend, between a mark and its words, and between entries. */
const [MARGIN, GAP, BETWEEN] = [10, 7, 18];

export function sizeOf(svg: string): Size {
  const [tag] = /^<svg[^>]*>/.exec(svg) ?? [""];
  const pixels = (name: string) => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(tag)?.[1]);
  return { width: pixels("width"), height: pixels("height") };
}

/** Pictures within one document must not share ids (clip paths). */
export const uniqueIds = (svg: string, prefix: string): string =>
  svg
    .replaceAll(/\bid="([^"]+)"/g, `id="${prefix}-$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`)
    .replaceAll(/(xlink:)?href="#([^"]+)"/g, `$1href="#${prefix}-$2"`);

/** What is drawn stays as it is; how large it is shown grows. */
export function zoomed(svg: string, zoom: number): string {
  const { width, height } = sizeOf(svg);
  return svg.replace(/ width="[\d.]+" height="[\d.]+"/, ` width="${width * zoom}" height="${height * zoom}"`);
}

const escapeXml = (text: string): string =>
  printable(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Entries one behind the other, in lines of a width at most. */
function drawnLegend(
  entries: readonly LegendEntry[],
  { ink, fontSize }: Theme,
  width: number,
): Size & { content: string } {
  const lineHeight = 1.7 * fontSize;
  let [x, line, widest] = [MARGIN, 0, 0];
  const content = entries.map((entry) => {
    const own = markSize.width + GAP + textWidth(entry.label, fontSize);
    if (x > MARGIN && x + own + MARGIN > width) [x, line] = [MARGIN, line + 1];
    const at = `translate(${x},${line * lineHeight})`;
    widest = Math.max(widest, x + own + MARGIN);
    x += own + BETWEEN;
    const middle = markSize.height / 2;
    return `<g transform="${at}">${markOf(entry, ink)}<text x="${markSize.width + GAP}" y="${middle + 0.36 * fontSize}" fill="${ink}" font-family="${font}" font-size="${fontSize}px">${escapeXml(entry.label)}</text></g>`;
  });
  return {
    width: Math.ceil(widest),
    height: entries.length > 0 ? Math.ceil((line + 1) * lineHeight + MARGIN) : 0,
    content: content.join(""),
  };
}

const sum = (list: readonly number[]): number => list.reduce((all, x) => all + x, 0);

/** @param panels SVGs, in rows of `columns` */
export function joinedSvg(
  panels: readonly string[],
  columns: number,
  legend: readonly LegendEntry[],
  theme: Theme,
): string {
  const sizes = panels.map(sizeOf);
  const [columnOf, rowOf] = [(i: number) => i % columns, (i: number) => Math.floor(i / columns)];
  const most = (of: keyof Size, place: (i: number) => number): number[] => {
    const list: number[] = [];
    sizes.forEach((size, i) => {
      list[place(i)] = Math.max(list[place(i)] ?? 0, size[of]);
    });
    return list;
  };
  const [widths, heights] = [most("width", columnOf), most("height", rowOf)];
  const drawn = drawnLegend(legend, theme, sum(widths));
  const width = Math.max(sum(widths), drawn.width);
  const height = sum(heights) + drawn.height;
  const placed = panels.map((panel, i) => {
    const at = ` x="${sum(widths.slice(0, columnOf(i)))}" y="${sum(heights.slice(0, rowOf(i)))}"`;
    return uniqueIds(panel, `panel${i + 1}`)
      .replaceAll(/ xmlns(:xlink)?="[^"]*"/g, "")
      .replace("<svg", `<svg${at}`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="${width}" height="${height}" fill="${theme.background}"/>${placed.join("")}<g transform="translate(0,${sum(heights)})">${drawn.content}</g></svg>`;
}
