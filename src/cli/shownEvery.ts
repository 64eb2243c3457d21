/** Lines that a terminal is given of one run whose records go to a file; nobody reads a million. */
const MOST_LINES = 500;

/** Of so many evaluations every how many-th is shown: each, or a power of ten. */
export const shownEvery = (evaluations: number): number =>
  evaluations <= MOST_LINES ? 1 : 10 ** Math.ceil(Math.log10(evaluations / MOST_LINES));
