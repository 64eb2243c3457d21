/** From values to places of a canvas and back. */

export interface AxisSpan {
  /** Ascending; above 0 where it is logarithmic. */
  limits: readonly [number, number];
  log: boolean;
}

export interface PixelAxis {
  toPixel(value: number): number;
  toValue(pixel: number): number;
}

/** @param from pixel of the first limit; `to` that of the second, which may be less */
export function pixelAxis({ limits, log }: AxisSpan, from: number, to: number): PixelAxis {
  const scale = log ? Math.log : (x: number) => x;
  const back = log ? Math.exp : (x: number) => x;
  const [first, last] = limits.map(scale);
  const perUnit = (to - from) / (last - first);
  return {
    toPixel: (value) => from + (scale(value) - first) * perUnit,
    toValue: (pixel) => back(first + (pixel - from) / perUnit),
  };
}

/** The wider of two linear spans has its way: a unit is as long across as it is upwards. */
export function equalSpans(
  x: readonly [number, number],
  y: readonly [number, number],
  width: number,
  height: number,
): { x: [number, number]; y: [number, number] } {
  const unit = Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height);
  const about = ([a, b]: readonly [number, number], pixels: number): [number, number] => {
    const [middle, half] = [(a + b) / 2, (unit * pixels) / 2];
    return [middle - half, middle + half];
  };
  return { x: about(x, width), y: about(y, height) };
}

/** Below this share of what is shown it begins to shrink. */
const ROOMY = 0.6;

/**
 * How far a picture reaches that should not jump: it grows at once, and shrinks by a twentieth a frame, once most of it is
 * empty; at once where nothing shall move.
 */
export function steadyReach(previous: number | undefined, wanted: number, still: boolean): number {
  if (previous === undefined || wanted >= previous) return wanted;
  if (wanted > previous * ROOMY) return previous;
  return still ? wanted : Math.max(wanted, previous * 0.95);
}

/** Place of the point that is nearest to a pixel; −1 where none is within reach. */
export function nearestPoint(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  x: number,
  y: number,
  reach: number,
): number {
  let [best, least] = [-1, reach * reach];
  for (let i = 0; i < xs.length; i++) {
    const distance = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}
