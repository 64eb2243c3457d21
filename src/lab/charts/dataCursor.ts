/** Where the arrow keys are on a chart: a series and a point of it. */

export interface DataCursor {
  series: number;
  point: number;
}

/**
 * Where a key leads; undefined for a key that leads nowhere. Left, right, Home and End go along a series, up and down to the
 * next one, to the point of it that `nearest` finds.
 * @param counts points of each series
 */
export function moved(
  key: string,
  at: DataCursor | undefined,
  counts: readonly number[],
  nearest: (series: number, from: DataCursor) => number,
): DataCursor | undefined {
  const end = (series: number) => counts[series] - 1;
  const firstOf = counts.findIndex((count) => count > 0);
  if (firstOf < 0) return undefined;
  // what it stood on may have gone meanwhile
  const now = at && counts[at.series] > 0 ? { ...at, point: Math.min(at.point, end(at.series)) } : undefined;
  const { series, point } = now ?? { series: firstOf, point: end(firstOf) };
  if (key === "Home") return { series, point: 0 };
  if (key === "End") return { series, point: end(series) };
  const along = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0;
  if (along !== 0)
    return now ? { series, point: Math.max(0, Math.min(end(series), point + along)) } : { series, point };
  const across = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
  if (across === 0) return undefined;
  if (!now) return { series, point };
  for (let k = 1; k <= counts.length; k++) {
    const next = (series + across * k + counts.length * k) % counts.length;
    if (counts[next] > 0) return { series: next, point: next === series ? point : nearest(next, now) };
  }
  return undefined;
}
