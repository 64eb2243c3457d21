/** A vega-lite specification as a picture: SVG in a light or a dark look, and PNG at twice its size. */
import { crc32 } from "node:zlib";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { generator } from "../disk/generator.js";
import type { Spec } from "./figure.js";
import { fontFiles } from "./fonts.js";
import { printable } from "./labels.js";
import { textWidth } from "./textWidth.js";
import type { Theme } from "./theme.js";

/** A logger that says nothing: a report has no console to warn on. */
const silent = {
  level: () => silent,
  error: () => silent,
  warn: () => silent,
  info: () => silent,
  debug: () => silent,
} as unknown as vega.LoggerInterface;

/** A text on a mark, as vega asks for its width. */
interface TextItem {
  fontSize?: number;
  fontWeight?: number | string;
}
// as wide as the bundled font makes it, with a canvas or without, hence the same everywhere
const { textMetrics } = vega as unknown as {
  textMetrics: { width(item: TextItem, text: unknown): number };
};
textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
  textWidth(String(text ?? ""), fontSize, fontWeight);

/** A panel as SVG text. */
export async function panelSvg(panel: Spec, { config }: Theme): Promise<string> {
  const spec = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", ...panel };
  const { spec: compiled } = compile(spec as unknown as TopLevelSpec, { config, logger: silent as never });
  const view = new vega.View(vega.parse(compiled), { renderer: "none", logger: silent, logLevel: vega.None });
  try {
    return printable(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** The picture with a line that says what made it. */
export const signedSvg = (svg: string): string =>
  svg.replace(/^<svg[^>]*>/, (tag) => `${tag}<metadata>${generator()}</metadata>`);

/** PNG's signature and its first chunk, the header. */
const PNG_HEADER = 33;

/** The PNG with a chunk of text more, which says what made it. */
function signed(png: Uint8Array): Uint8Array {
  const content = Buffer.from(`tEXtSoftware\0${generator()}`, "latin1");
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length - 4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([png.subarray(0, PNG_HEADER), length, content, checksum, png.subarray(PNG_HEADER)]);
}

/**
 * Makes an SVG a PNG, two pixels a point; undefined without the optional package that draws it, a native one as large
 * as all the rest.
 */
export async function pngRenderer(): Promise<((svg: string, theme: Theme) => Uint8Array) | undefined> {
  const Resvg = await import("@resvg/resvg-js").then(
    (module) => module.Resvg,
    () => undefined,
  );
  if (!Resvg) return undefined;
  return (svg, theme) =>
    signed(
      new Resvg(svg, {
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
        .asPng(),
    );
}
