/** A vega-lite specification as a picture: SVG in a light or a dark look, and PNG at twice its size. */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { fontFiles } from "./fonts.js";
import type { Theme } from "./theme.js";

/** A logger that says nothing: a report has no console to warn on. */
const silent = {
  level: () => silent,
  error: () => silent,
  warn: () => silent,
  info: () => silent,
  debug: () => silent,
} as unknown as vega.LoggerInterface;

/** The figure as SVG text. */
export async function figureSvg(spec: Record<string, unknown>, theme: Theme): Promise<string> {
  const { spec: compiled } = compile(spec as unknown as TopLevelSpec, {
    config: theme.config,
    logger: silent as never,
  });
  const view = new vega.View(vega.parse(compiled), { renderer: "none", logger: silent, logLevel: vega.None });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/**
 * The SVG as PNG, two pixels a point.
 * @throws Error without the optional package that draws it, a native one as large as all the rest
 */
export async function figurePng(svg: string, theme: Theme): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js").catch(() => {
    throw new Error("a picture as PNG needs the optional package @resvg/resvg-js, which is not installed");
  });
  return new Resvg(svg, {
    background: theme.background,
    fitTo: { mode: "zoom", value: 2 },
    font: {
      fontFiles: fontFiles(),
      loadSystemFonts: false,
      defaultFontFamily: "Inter",
      sansSerifFamily: "Inter",
    },
  })
    .render()
    .asPng();
}
