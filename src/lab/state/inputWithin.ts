/** The input that is looked at, the last one where a link or another run had a larger vocabulary. */
export const inputWithin = (input: number | undefined, vocabSize: number): number | undefined =>
  input === undefined ? undefined : Math.min(input, vocabSize - 1);
