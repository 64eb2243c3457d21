import { counted } from "../figures/labels.js";

/** What a stopped command says of its runs. */
export const keptOf = (finished: number, total: number): string =>
  `${finished} of ${counted(total, "run")} ${total === 1 ? "is" : "are"} finished and kept`;
