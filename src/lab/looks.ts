/** How runs are told apart: by colour, and once more without it, by dashes and shapes. The colours stand in looks.css. */

export type Shape = "circle" | "square" | "triangle" | "diamond" | "down" | "cross" | "plus" | "ring";

export interface Look {
  /** Name of the CSS variable that has its colour in either theme. */
  variable: string;
  /** The same as a CSS value: "var(--look-0)". */
  colour: string;
  /** Pixels on and off; empty: solid. */
  dash: readonly number[];
  shape: Shape;
}

const dashes: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [14, 3],
  [5, 2, 2, 2, 2, 2],
  [1, 3],
  [4, 5],
];
const shapes: readonly Shape[] = ["circle", "square", "triangle", "diamond", "down", "cross", "plus", "ring"];

export const looks: readonly Look[] = dashes.map((dash, i) => ({
  variable: `--look-${i}`,
  colour: `var(--look-${i})`,
  dash,
  shape: shapes[i],
}));

/** The ninth has the colour of the first and the dash and shape of the second: no two of 64 are alike. */
export function lookOf(index: number): Look {
  const { dash, shape } = looks[(index + Math.floor(index / looks.length)) % looks.length];
  return { ...looks[index % looks.length], dash, shape };
}

/**
 * A token by its rank, 0 the most frequent: of one hue, farther from the paper the more frequent it is. By the logarithm of
 * the rank, as frequencies fall.
 */
export function rankColour(rank: number, count: number, dark: boolean): string {
  const rare = count > 1 ? Math.log1p(rank) / Math.log(count) : 0;
  const lightness = dark ? 93 - 42 * rare : 16 + 39 * rare;
  return `hsl(${200 + 20 * rare} 75% ${Math.round(lightness)}%)`;
}
