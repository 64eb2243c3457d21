/** Positions of a slider, 0 to 400, and the values that they stand for. */
export interface Scale {
  min: number;
  max: number;
  /** Even steps of the slider are equal factors. */
  log?: boolean;
  whole?: boolean;
}

export const POSITIONS = 400;

export function valueAt({ min, max, log, whole }: Scale, position: number): number {
  const share = position / POSITIONS;
  const value = log ? min * (max / min) ** share : min + (max - min) * share;
  if (whole && value < 100) return Math.round(value);
  const rounded = Number(value.toPrecision(log ? 2 : 3));
  // the ends are reached, whatever they round to
  return position <= 0 ? min : position >= POSITIONS ? max : whole ? Math.round(rounded) : rounded;
}

export function positionOf({ min, max, log }: Scale, value: number): number {
  const share = log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.max(0, Math.min(POSITIONS, Math.round(share * POSITIONS))) || 0;
}

/** The next position that way, 1 up or -1 down, which stands for more or less than this value; the end where none does. */
export function positionBeyond(scale: Scale, value: number, way: 1 | -1): number {
  const end = way > 0 ? POSITIONS : 0;
  let position = positionOf(scale, value);
  while (position !== end && (valueAt(scale, position) - value) * way <= 0) position += way;
  return position;
}
