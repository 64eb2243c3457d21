/** The title of a panel that says several things: as many on its line as there is room for, the others below it. */
import { textWidth } from "./textWidth.js";

/** As vega-lite takes it. */
export type PanelTitle = string | { text: string; subtitle: string[] };

/** Pixels of a title's text and of those below it. */
const SIZES = { title: 13, subtitle: 11 };

/**
 * @param parts "learningRate 0.1", "embeddingDim 4"
 * @param width pixels of a line
 * @returns undefined without parts
 */
export function panelTitle(parts: readonly string[], width: number): PanelTitle | undefined {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const [size, weight] = lines.length > 1 ? [SIZES.subtitle, 400] : [SIZES.title, 600];
    if (last !== undefined && textWidth(`${last}, ${part}`, size, weight) <= width)
      lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part);
  }
  const [text, ...subtitle] = lines;
  return text === undefined || subtitle.length === 0 ? text : { text, subtitle };
}
