/** How wide a text is in the bundled font: vega guesses 0.8 em a character where it has no canvas, a quarter too much. */
import { type Face, faces } from "./faces.js";

let read: Face[] | undefined;

/** A reader without the font sees another, which may be wider by so much. */
const WIDER = 1.15;

/** Pixels to keep for a line of text at a font size in pixels; from a weight of 600 on it is semi-bold. */
export function textWidth(text: string, fontSize: number, fontWeight: number | string = 400): number {
  read ??= faces();
  const bold = fontWeight === "bold" || Number(fontWeight) >= 600;
  const { unitsPerEm, missing, advances } = read[bold ? 1 : 0];
  let sum = 0;
  for (const character of text)
    sum += (advances.get(character.codePointAt(0) as number) ?? missing) / unitsPerEm;
  return sum * fontSize * WIDER;
}
