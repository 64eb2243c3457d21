/** Each with the next. */
export const neighbours = <T>(list: readonly T[]): [T, T][] =>
  list.slice(1).map((next, i) => [list[i], next]);
