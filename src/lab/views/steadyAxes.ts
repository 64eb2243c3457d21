/** Principal axes have no direction of their own: each is turned so that tokens stay on the side where they were. */

/** Turns the columns of `next` (tokens × axes, row-major), in place, that point against those of `previous`. */
export function turned(next: Float64Array, previous: Float64Array | undefined, axes: number): Float64Array {
  if (previous?.length !== next.length) return next;
  for (let k = 0; k < axes; k++) {
    let along = 0;
    for (let i = k; i < next.length; i += axes) along += next[i] * previous[i];
    if (along < 0) for (let i = k; i < next.length; i += axes) next[i] = -next[i];
  }
  return next;
}
