/** What pictures need of vega and vega-lite: a bundle of its own, the same for Node and for pages. */
// @ts-expect-error: its types leave this out
import { textMetrics as metrics } from "vega";

export { type LoggerInterface, None, parse, View } from "vega";
export { expressionInterpreter } from "vega-interpreter";
export { compile, type TopLevelSpec } from "vega-lite";

/** What a text on a mark takes, in pixels. */
export const textMetrics: {
  width(item: { fontSize?: number; fontWeight?: number | string }, text: unknown): number;
} = metrics;
