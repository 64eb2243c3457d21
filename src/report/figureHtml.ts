/** A figure on a page: its panels beside each other where there is room, all at their natural size. */
import type { DrawnFigure } from "../figures/drawnFigure.js";
import { sizeOf, uniqueIds } from "../figures/joined.js";
import { markOf, markSize } from "../figures/legend.js";
import { onBlack, themes } from "../figures/theme.js";
import { escapeHtml } from "./escapeHtml.js";

/** A picture within a page, its ids unlike those of the others there. */
export const inline = (svg: string, prefix: string): string =>
  uniqueIds(svg, prefix).replaceAll(/ xmlns(:xlink)?="[^"]*"/g, "");

/** The widest panel decides how many stand in a row of the width that is left to all. */
const widthOf = ({ panels, columns = 1 }: DrawnFigure): number =>
  columns * Math.max(...panels.map(({ light }) => sizeOf(light).width));

const legendHtml = ({ legend, theme }: DrawnFigure): string => {
  if (legend.length === 0) return "";
  const { fontSize, zoom } = themes[theme].light;
  const [width, height] = [markSize.width, markSize.height].map((pixels) => pixels * zoom);
  const entries = legend.map(
    (entry) =>
      `<li><svg width="${width}" height="${height}" viewBox="0 0 ${markSize.width} ${markSize.height}" aria-hidden="true">${markOf(entry, "currentColor")}</svg>${escapeHtml(entry.label)}</li>`,
  );
  return `<ul class="legend" style="font-size:${fontSize * zoom}px">${entries.join("")}</ul>\n`;
};

/**
 * The `<figure>`: panels, legend, caption, links to its files and the command that repeats it.
 * @param png whether there is a figures/NAME.png beside the page
 * @param repeat a command line
 */
export function figureHtml(figure: DrawnFigure, { png, repeat }: { png: boolean; repeat: string }): string {
  const { name, caption, panels } = figure;
  const [id, text] = [escapeHtml(name), escapeHtml(caption)];
  const boxes = panels.map(({ light, dark }, i) => {
    const of = (look: string, svg: string) =>
      `<div class="${look}">${inline(svg, `${name}-${i + 1}-${look}`)}</div>`;
    return `<div class="panel">${of("light", light)}${of("dark", dark)}</div>`;
  });
  const files = ["svg", ...(png ? ["png"] : []), "csv"].map(
    (ending) => `<a href="figures/${id}.${ending}">${ending.toUpperCase()}</a>`,
  );
  return `<figure id="figure-${id}" role="group" aria-label="${text}">
<div class="panels" style="max-width:${widthOf(figure)}px">${boxes.join("\n")}</div>
${legendHtml(figure)}<figcaption>${text}</figcaption>
<div class="files">${files.join(" ")}<details><summary>to repeat it</summary><pre>${escapeHtml(repeat)}</pre></details></div></figure>`;
}

/**
 * Nothing is scaled: text is of one size on the page, and what is wider than the page scrolls by itself. Paper, which does
 * not scroll, gets what is wider than it smaller.
 */
export const figureStyle: string = `
figure { margin: 1.5rem 0; break-inside: avoid; }
.panels { display: flex; flex-wrap: wrap; }
.panel { max-width: 100%; overflow-x: auto; } .panel svg { display: block; max-width: none; }
.panel .dark { display: none; }
@media screen and (prefers-color-scheme: dark) { .panel .dark { display: block; } .panel .light { display: none; }
  .legend [stroke="${onBlack.colour}"] { stroke: ${onBlack.lighter}; } .legend [fill="${onBlack.colour}"] { fill: ${onBlack.lighter}; } }
.legend { list-style: none; margin: .2rem 0 .6rem; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; color: var(--ink); }
.legend li { display: flex; align-items: center; gap: .45rem; } .legend svg { flex: none; }
figcaption { max-width: 46rem; }
.files { display: flex; flex-wrap: wrap; gap: .2rem .9rem; font-size: .85rem; margin-top: .3rem; }
.files details { color: var(--soft); } .files details[open] { flex-basis: 100%; }
@media print { .panel { overflow: visible; break-inside: avoid; } .panel svg { max-width: 100%; height: auto; } .files { display: none; } }
`;
