/** The one legend of a figure: every entry shows the mark as it is drawn. */
import { type LegendEntry, metaOf, type Shape, type Spec } from "./figure.js";
import { beyondEntry } from "./seriesLook.js";

/** Pixels of an entry's mark. */
export const markSize = { width: 30, height: 14 };

/** Around (0, 0), as wide as vega draws a symbol of this many square pixels. */
const shapes: Record<Shape, (r: number) => string> = {
  circle: (r) => `M${r},0A${r},${r},0,1,1,${-r},0A${r},${r},0,1,1,${r},0Z`,
  square: (r) => `M${-r},${-r}H${r}V${r}H${-r}Z`,
  "triangle-up": (r) => `M0,${-r}L${r},${r}H${-r}Z`,
  "triangle-down": (r) => `M0,${r}L${r},${-r}H${-r}Z`,
  diamond: (r) => `M0,${-1.3 * r}L${r},0L0,${1.3 * r}L${-r},0Z`,
  cross: (r) => {
    const [a, b] = [1.2 * r, 0.45 * r];
    return `M${-a},${-b}H${-b}V${-a}H${b}V${-b}H${a}V${b}H${b}V${a}H${-b}V${b}H${-a}Z`;
  },
};

/**
 * What is in the box of an entry's mark, as SVG.
 * @param ink the colour of text
 */
export function markOf({ colour, stroke, dash, band, point }: LegendEntry, ink: string): string {
  const paint = colour === "ink" ? ink : colour;
  const middle = markSize.height / 2;
  return [
    band ? `<rect y="2" width="${markSize.width}" height="10" fill="${paint}" opacity="0.22"/>` : "",
    stroke
      ? `<path d="M0,${middle}H${markSize.width}" fill="none" stroke="${paint}" stroke-width="${stroke}"${dash?.length ? ` stroke-dasharray="${dash.join(",")}"` : ""}/>`
      : "",
    point
      ? `<path transform="translate(${markSize.width / 2},${middle})" d="${shapes[point.shape](4.2)}" stroke="${paint}" stroke-width="${point.filled ? 0 : 1.8}" fill="${point.filled ? paint : "none"}"/>`
      : "",
  ].join("");
}

/** The entries of all panels, each once: series, then what is in the colour of text, in the order in which they come. */
export function legendOf(panels: readonly Spec[]): LegendEntry[] {
  const entries = new Map<string, LegendEntry>();
  for (const entry of panels.flatMap((panel) => metaOf(panel).legend ?? [])) {
    // a series that has a band in some panel is shown with it
    const { band, ...look } = entry;
    const key = JSON.stringify(look);
    if (band || !entries.has(key)) entries.set(key, entry);
  }
  const rank = (entry: LegendEntry): number =>
    entry.label === beyondEntry.label ? 2 : entry.colour === "ink" ? 1 : 0;
  return [...entries.values()].sort((a, b) => rank(a) - rank(b));
}
