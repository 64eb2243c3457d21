/** Descents whose pauses are known, as levels (L − H)/I. */

/** Linear between points, constant beyond the ends. */
export const piecewise =
  (...points: [x: number, y: number][]) =>
  (x: number): number => {
    const i = points.findIndex(([at]) => at > x);
    if (i === 0) return points[0][1];
    if (i < 0) return points[points.length - 1][1];
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  };
