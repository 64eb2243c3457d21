/** A vega-lite specification as a picture: SVG in a light or a dark look. */
import type { Spec } from "./figure.js";
import { printable } from "./labels.js";
import { textWidth } from "./textWidth.js";
import type { Theme } from "./theme.js";
import {
  compile,
  expressionInterpreter,
  type LoggerInterface,
  None,
  parse,
  type TopLevelSpec,
  textMetrics,
  View,
} from "./vega.js";

/** A logger that says nothing: a report has no console to warn on. */
const silent = {
  level: () => silent,
  error: () => silent,
  warn: () => silent,
  info: () => silent,
  debug: () => silent,
} as unknown as LoggerInterface;

// as wide as the bundled font makes it, with a canvas or without, hence the same everywhere
textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
  textWidth(String(text ?? ""), fontSize, fontWeight);

/** A panel as SVG text. */
export async function panelSvg(panel: Spec, { config }: Theme): Promise<string> {
  const spec = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", ...panel };
  const { spec: compiled } = compile(spec as unknown as TopLevelSpec, { config, logger: silent as never });
  // expressions are interpreted: a page's policy forbids to make functions of text
  const view = new View(parse(compiled, undefined, { ast: true } as never), {
    renderer: "none",
    logger: silent,
    logLevel: None,
    expr: expressionInterpreter,
  } as never);
  try {
    return printable(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** The picture with a line that says what made it: "unigram-lab 0.1.0". */
export const signedSvg = (svg: string, madeBy: string): string =>
  svg.replace(/^<svg[^>]*>/, (tag) => `${tag}<metadata>${madeBy}</metadata>`);
