/** Where the letters at the ends of curves stand: right of them, one below the other where ends are close together. */
import { evenly } from "../../figures/evenly.js";

export type Place = readonly [x: number, y: number];

interface Room {
  /** Pixels of a letter. */
  em: number;
  /** Between what letters have to stand. */
  top: number;
  bottom: number;
}

/** From the end of a curve to the middle of its letter. */
const besideOf = (em: number): number => 8 + em * 0.4;

/** Pixels right of a plot that its letters need. */
export const roomBeside = (em: number): number => Math.max(24, Math.ceil(besideOf(em) + em * 0.6));

/** Heights in order, as near to those wanted as they can be so far apart: what is too close shares the way. */
function spread(wanted: readonly number[], apart: number, top: number, bottom: number): number[] {
  const groups: { middle: number; count: number }[] = [];
  const half = (count: number) => ((count - 1) * apart) / 2;
  const within = (middle: number, count: number) =>
    Math.max(top + half(count), Math.min(bottom - half(count), middle));
  for (const y of wanted) {
    let own = { middle: within(y, 1), count: 1 };
    for (;;) {
      const before = groups[groups.length - 1];
      if (!before || before.middle + half(before.count) + apart <= own.middle - half(own.count)) break;
      groups.pop();
      const count = before.count + own.count;
      const middle = (before.middle * before.count + own.middle * own.count) / count;
      own = { middle: within(middle, count), count };
    }
    groups.push(own);
  }
  return groups.flatMap(({ middle, count }) =>
    Array.from({ length: count }, (_, i) => middle - half(count) + i * apart),
  );
}

/**
 * The middle of each letter, from the top in the order of the ends; undefined where there is no room for all of them.
 * @param ends of the curves, in pixels
 */
export function placeLetters(ends: readonly Place[], { em, top, bottom }: Room): (Place | undefined)[] {
  const placed: (Place | undefined)[] = ends.map(() => undefined);
  const most = Math.max(1, Math.floor((bottom - top) / em));
  // letters that lie beside each other need not stand below each other
  const columns: number[][] = [];
  const across = ends.map((_, i) => i).sort((a, b) => ends[a][0] - ends[b][0]);
  for (const i of across) {
    const column = columns[columns.length - 1];
    if (column && ends[i][0] - ends[column[column.length - 1]][0] < em) column.push(i);
    else columns.push([i]);
  }
  for (const column of columns) {
    const sorted = column.sort((a, b) => ends[a][1] - ends[b][1] || a - b);
    const kept = evenly(sorted.length, most).map((place) => sorted[place]);
    const heights = spread(
      kept.map((i) => ends[i][1]),
      em,
      top + em / 2,
      bottom - em / 2,
    );
    const x = Math.max(...kept.map((i) => ends[i][0])) + besideOf(em);
    kept.forEach((i, place) => {
      placed[i] = [x, heights[place]];
    });
  }
  return placed;
}
