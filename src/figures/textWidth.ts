/** How wide a text is in the bundled font: vega guesses 0.8 em a character where it has no canvas, a quarter too much. */
import { readFileSync } from "node:fs";
import { fontFiles } from "./fonts.js";

interface Face {
  /** Advance of a code point in units of the font's size. */
  advance(codePoint: number): number;
}

/** Reads what a TrueType file says of advances: tables head, hhea, hmtx, and a character map of format 4. */
function faceOf(path: string): Face {
  const file = readFileSync(path);
  const tables = new Map<string, number>();
  for (let i = 0; i < file.readUInt16BE(4); i++)
    tables.set(file.toString("latin1", 12 + 16 * i, 16 + 16 * i), file.readUInt32BE(12 + 16 * i + 8));
  const table = (name: string): number => tables.get(name) as number;
  const unitsPerEm = file.readUInt16BE(table("head") + 18);
  const metrics = file.readUInt16BE(table("hhea") + 34);
  const cmap = table("cmap");
  const maps = Array.from(
    { length: file.readUInt16BE(cmap + 2) },
    (_, i) => cmap + file.readUInt32BE(cmap + 4 + 8 * i + 4),
  );
  const map = maps.find((at) => file.readUInt16BE(at) === 4) as number;
  const twice = file.readUInt16BE(map + 6);
  const glyphOf = (code: number): number => {
    for (let i = 0; i < twice; i += 2) {
      if (file.readUInt16BE(map + 14 + i) < code) continue;
      const start = file.readUInt16BE(map + 16 + twice + i);
      if (start > code) return 0;
      const delta = file.readUInt16BE(map + 16 + 2 * twice + i);
      const range = map + 16 + 3 * twice + i;
      const offset = file.readUInt16BE(range);
      if (offset === 0) return (code + delta) & 0xffff;
      const glyph = file.readUInt16BE(range + offset + 2 * (code - start));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
  const known = new Map<number, number>();
  return {
    advance(codePoint) {
      let advance = known.get(codePoint);
      if (advance === undefined) {
        const glyph = Math.min(codePoint > 0xffff ? 0 : glyphOf(codePoint), metrics - 1);
        advance = file.readUInt16BE(table("hmtx") + 4 * glyph) / unitsPerEm;
        known.set(codePoint, advance);
      }
      return advance;
    },
  };
}

let faces: Face[] | undefined;

/** A reader without the font sees another, which may be wider by so much. */
const WIDER = 1.15;

/** Pixels to keep for a line of text at a font size in pixels; from a weight of 600 on it is semi-bold. */
export function textWidth(text: string, fontSize: number, fontWeight: number | string = 400): number {
  faces ??= fontFiles().map(faceOf);
  const bold = fontWeight === "bold" || Number(fontWeight) >= 600;
  let sum = 0;
  for (const character of text) sum += faces[bold ? 1 : 0].advance(character.codePointAt(0) as number);
  return sum * fontSize * WIDER;
}
