/** What stands in a picture above its axes, so that it says by itself what it is of. */
import type { Spec } from "../../figures/figure.js";
import type { RunConfig } from "../../index.js";

/** Letters that a line has room for above a plot of `pictureSize`, in its title and below that. */
const [TITLE, LINE] = [56, 76];

export function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export const withCaption = (spec: Spec, text: string, lines: readonly string[]): Spec => ({
  ...spec,
  title: { text: wrapped(text, TITLE), subtitle: lines.flatMap((line) => wrapped(line, LINE)) },
});

const optimizers: Record<string, string> = { adam: "Adam", sgd: "SGD" };

const each = <T>(values: readonly T[]): string => [...new Set(values)].join(", ");

/** "0", "0 to 4", "0, 3" */
function seedsText(seeds: readonly number[]): string {
  const sorted = [...new Set(seeds)].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted[sorted.length - 1]];
  return sorted.length > 2 && last - first === sorted.length - 1 ? `${first} to ${last}` : sorted.join(", ");
}

/** "V = 100, D = 100, Adam, seeds 0 to 4": of all these runs. */
export function settingOf(configs: readonly RunConfig[]): string {
  const seeds = configs.map(({ seed }) => seed);
  return [
    `V = ${each(configs.map(({ vocabSize }) => vocabSize))}`,
    `D = ${each(configs.map(({ embeddingDim }) => embeddingDim))}`,
    each(configs.map(({ optimizer: { kind } }) => optimizers[kind] ?? kind)),
    `${new Set(seeds).size > 1 ? "seeds" : "seed"} ${seedsText(seeds)}`,
  ].join(", ");
}
