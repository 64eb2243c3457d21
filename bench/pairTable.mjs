/** Tables of pairs in Markdown. A row is one pair: all numbers in it are of the same turns. */
import { median, ratio, undisturbed } from "./paired.mjs";

export const short = (x) => String(Number(x.toPrecision(3)));
const times = (turns) => (turns.length ? `${ratio(turns).toFixed(2)}×` : "–");
const milliseconds = (turns, side) => (turns.length ? short(median(turns.map((turn) => turn[side]))) : "–");

/** Cells padded, as the formatter leaves them. */
export function table(head, rows) {
  const widths = head.map((cell, i) => Math.max(3, cell.length, ...rows.map((row) => row[i].length)));
  return [head, widths.map((width) => "-".repeat(width)), ...rows]
    .map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`)
    .join("\n");
}

/** ms of both and times over ours, by all turns of the pair; behind them times by the turns that neighbours left alone. */
export function pairTable(results, bestRoof) {
  const rows = results.flatMap(({ vocabSize, embeddingDim, pairs }) =>
    pairs.map(({ own, other, turns }) => {
      const quiet = undisturbed(turns, bestRoof);
      return [
        `${vocabSize}, ${embeddingDim}`,
        own,
        milliseconds(turns, "own"),
        other,
        milliseconds(turns, "other"),
        times(turns),
        String(turns.length),
        times(quiet),
        String(quiet.length),
      ];
    }),
  );
  return table(["V, D", "ours", "ms", "other", "ms", "times", "turns", "undisturbed", "turns"], rows);
}

/** One of the others beside us at every size, in each of the runs: `runs` are { node, results }. */
export function speedTable(runs, name) {
  const rows = runs[0].results.flatMap(({ vocabSize, embeddingDim }) =>
    runs.flatMap(({ node, results }) => {
      const row = results.find((each) => each.vocabSize === vocabSize && each.embeddingDim === embeddingDim);
      const turns = row?.pairs.find(({ other }) => other === name)?.turns;
      if (!turns) return [];
      return [
        [
          `${vocabSize}, ${embeddingDim}`,
          node,
          milliseconds(turns, "own"),
          milliseconds(turns, "other"),
          times(turns),
        ],
      ];
    }),
  );
  return table(["V, D", "Node", "ours, ms", "PyTorch, ms", "PyTorch takes"], rows);
}
