/** Index of the last entry that begins at or before `step`, of entries in ascending steps; -1 when there is none. */
export function lastAt(list: readonly (readonly [step: number, ...unknown[]])[], step: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle][0] > step) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}
