/** "1 run", "2 runs". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What a stopped command says of its runs. */
export const keptOf = (finished: number, total: number): string =>
  `${finished} of ${counted(total, "run")} ${total === 1 ? "is" : "are"} finished and kept`;
