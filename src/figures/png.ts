/** An SVG as PNG, at twice its size. */
import { crc32 } from "node:zlib";
import { generator } from "../disk/generator.js";
import { fontFiles } from "./fonts.js";
import type { Theme } from "./theme.js";

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
