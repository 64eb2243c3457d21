/** Where a value lies on an axis, and what becomes of a guess under the pointer and the arrow keys. */

export interface Axis {
  title: string;
  /** "nats"; empty where there is none. */
  unit: string;
  log: boolean;
  from: number;
  to: number;
  ticks: readonly number[];
}

/** y of each handle, in the order of the guess's `at`. */
export type Drawn = readonly number[];

/** Share of the axis, 0 at `from` and 1 at `to`; on a logarithmic one what is not above 0 lies below all. */
export function placeOf({ log, from, to }: Axis, value: number): number {
  if (!log) return (value - from) / (to - from);
  return value > 0 ? Math.log(value / from) / Math.log(to / from) : -Infinity;
}

/** The value at a share of the axis, kept within it. */
export function valueAt({ log, from, to }: Axis, place: number): number {
  const kept = Math.min(1, Math.max(0, place));
  // no further from the ends than they are
  if (kept === 0 || kept === 1) return kept === 0 ? from : to;
  return log ? from * (to / from) ** kept : from + (to - from) * kept;
}

/** Three digits: nobody guesses more, and what is drawn is written into links. */
export const short = (value: number): number => Number(value.toPrecision(3));

/** The handle nearest to a place on the axis. */
export function nearest(axis: Axis, at: readonly number[], place: number): number {
  const distances = at.map((x) => Math.abs(placeOf(axis, x) - place));
  return distances.indexOf(Math.min(...distances));
}

/** The handles that a stroke from one place to another passes or comes nearest to, each with the y of the stroke there. */
export function stroked(
  axes: { x: Axis; y: Axis; at: readonly number[] },
  drawn: Drawn,
  from: { x: number; y: number },
  to: { x: number; y: number },
): Drawn {
  const changed = [...drawn];
  axes.at.forEach((x, i) => {
    const place = placeOf(axes.x, x);
    const share = (place - from.x) / (to.x - from.x);
    if (share > 0 && share < 1) changed[i] = short(valueAt(axes.y, from.y + (to.y - from.y) * share));
  });
  changed[nearest(axes.x, axes.at, to.x)] = short(valueAt(axes.y, to.y));
  return changed;
}

/** Shares of the axis that a key moves a handle by; undefined for a key that moves none. */
const moves: Readonly<Record<string, number>> = {
  ArrowUp: 1 / 50,
  ArrowDown: -1 / 50,
  PageUp: 1 / 10,
  PageDown: -1 / 10,
  Home: -1,
  End: 1,
};

/** The value that a key makes of another; undefined where the key means nothing. */
export function nudged(axis: Axis, value: number, key: string): number | undefined {
  const by = moves[key];
  return by === undefined ? undefined : short(valueAt(axis, placeOf(axis, value) + by));
}

/** What a guess says at any x: straight between its handles as they are drawn, constant beyond them. */
export function guessAt(axes: { x: Axis; y: Axis; at: readonly number[] }, drawn: Drawn, x: number): number {
  const places = axes.at.map((own) => placeOf(axes.x, own));
  const place = placeOf(axes.x, x);
  const next = places.findIndex((own) => own >= place);
  if (next <= 0) return drawn[next === 0 ? 0 : drawn.length - 1];
  const share = (place - places[next - 1]) / (places[next] - places[next - 1]);
  const [low, high] = [placeOf(axes.y, drawn[next - 1]), placeOf(axes.y, drawn[next])];
  return valueAt(axes.y, low + (high - low) * share);
}
