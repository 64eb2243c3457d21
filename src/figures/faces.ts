/**
 * How wide the characters of the bundled font are, regular and semi-bold, read from its files. In a bundle a table stands
 * in this file's place, which the build makes with it: pages have no files.
 */
import { readFileSync } from "node:fs";
import { fontFiles } from "./fonts.js";

export interface Face {
  unitsPerEm: number;
  /** Of a character that the font does not have. */
  missing: number;
  /** By code point. */
  advances: ReadonlyMap<number, number>;
}

/** Reads what a TrueType file says of advances: tables head, hhea, hmtx, and a character map of format 4. */
function faceOf(path: string): Face {
  const file = readFileSync(path);
  const tables = new Map<string, number>();
  for (let i = 0; i < file.readUInt16BE(4); i++)
    tables.set(file.toString("latin1", 12 + 16 * i, 16 + 16 * i), file.readUInt32BE(12 + 16 * i + 8));
  const table = (name: string): number => tables.get(name) as number;
  const metrics = file.readUInt16BE(table("hhea") + 34);
  const advanceOf = (glyph: number) => file.readUInt16BE(table("hmtx") + 4 * Math.min(glyph, metrics - 1));
  const cmap = table("cmap");
  const maps = Array.from(
    { length: file.readUInt16BE(cmap + 2) },
    (_, i) => cmap + file.readUInt32BE(cmap + 4 + 8 * i + 4),
  );
  const map = maps.find((at) => file.readUInt16BE(at) === 4) as number;
  const twice = file.readUInt16BE(map + 6);
  const advances = new Map<number, number>();
  for (let i = 0; i < twice; i += 2) {
    const end = file.readUInt16BE(map + 14 + i);
    const start = file.readUInt16BE(map + 16 + twice + i);
    const delta = file.readUInt16BE(map + 16 + 2 * twice + i);
    const range = map + 16 + 3 * twice + i;
    const offset = file.readUInt16BE(range);
    for (let code = start; code <= end; code++) {
      const glyph = offset === 0 ? code : file.readUInt16BE(range + offset + 2 * (code - start));
      if (glyph !== 0) advances.set(code, advanceOf((glyph + delta) & 0xffff));
    }
  }
  return { unitsPerEm: file.readUInt16BE(table("head") + 18), missing: advanceOf(0), advances };
}

export const faces = (): Face[] => fontFiles().map(faceOf);
