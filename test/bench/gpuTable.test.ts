import { describe, expect, test } from "vitest";

// plain JavaScript, run by node as it is
const { goals, gpuTables }: { goals: object[]; gpuTables: (all: object) => Table[] } = await import(
  new URL("../../bench/gpuTable.mjs", import.meta.url).href
);
interface Table {
  head: string[];
  rows: string[][];
}

const row = (V: number, D: number, M: number | null, form: string, us: number, tf32 = false) => ({
  ...{ V, D, M, form, us, tf32 },
});
const time = (median: number) => ({ median });
const results = [
  { vocabSize: 50304, embeddingDim: 100, members: 1, gpu: time(148.2), wall: time(151) },
  { vocabSize: 10, embeddingDim: 1, members: 4096, gpu: time(5), wall: time(8) },
  { vocabSize: 7, embeddingDim: 3, members: 1, wall: time(20) },
];
const torch = [
  { torch: "2.11", gpu: "a card" },
  row(50304, 100, null, "eager", 1456),
  row(50304, 100, null, "graph-fused-compile", 329),
  row(50304, 100, null, "graph-fused-compile-fixedbatch", 283),
  row(50304, 100, null, "graph-fused", 305, true),
  { V: 50304, D: 100, M: null, form: "broken", tf32: false, error: "out of memory" },
  row(10, 1, 4096, "graph-fused", 170),
  row(10, 1, 16, "graph-fused", 100),
];

describe("tables of a GPU's figures", () => {
  const [alone, together] = gpuTables({ results, torch });
  const find = ({ rows }: Table, size: string) => rows.find(([name]) => name === size);

  test("one model: PyTorch's best form that draws its batches, f32 and TF32 apart", () => {
    expect(find(alone, "50304, 100")).toEqual([
      "50304, 100",
      "148",
      "151",
      "1.02",
      "221",
      "150",
      "329",
      "305",
    ]);
    // no goal, no GPU time
    expect(find(alone, "7, 3")).toEqual(["7, 3", "–", "20", "–", "", "", "–", "–"]);
  });

  test("many models: steps a second of all of them, PyTorch's at its best number of models", () => {
    expect(find(together, "10, 1")).toEqual(["10, 1", "4096", "819 M", "512 M", "721 M", "800 M", "24.1 M"]);
  });

  test("every goal has a row, measured or not, of 80 columns at most", () => {
    expect(alone.rows.length + together.rows.length).toBe(goals.length + 1);
    for (const { head, rows } of [alone, together]) {
      const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((cells) => cells[i].length)));
      expect(widths.reduce((sum, width) => sum + width + 2, -2)).toBeLessThanOrEqual(80);
    }
  });
});
