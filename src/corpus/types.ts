/** Types that a corpus can have at most: as many as a config's vocabSize takes. */
export const MOST_TYPES = 1 << 24;
