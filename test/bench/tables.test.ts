import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

interface Turn {
  roof: number;
  own: number;
  other: number;
}
// plain JavaScript, run by node as it is
const { pairTable, speedTable } = await import(new URL("../../bench/pairTable.mjs", import.meta.url).href);
const { decode, encode } = await import(new URL("../../bench/rawResults.mjs", import.meta.url).href);

const cells = (table: string) =>
  table
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
const turns = (own: number, other: number, roof: number): Turn[] =>
  [1, 1.5, 2].map((slower) => ({ roof, own: own * slower, other: other * slower }));
/** The neighbours were loud beside one pair and silent beside the next. */
const results = [
  {
    ...{ vocabSize: 10, embeddingDim: 2 },
    pairs: [
      { own: "unigram-lab", other: "pytorch eager", turns: turns(10, 20, 40) },
      { own: "unigram-lab", other: "tfjs", turns: turns(30, 90, 20) },
    ],
  },
];

test("a row shows what was timed in the same turns, and nothing of another pair's", () => {
  expect(cells(pairTable(results, 40))).toEqual([
    ["10, 2", "unigram-lab", "15", "pytorch eager", "30", "2.00×", "3", "2.00×", "3"],
    ["10, 2", "unigram-lab", "45", "tfjs", "135", "3.00×", "3", "–", "0"],
  ]);
});

test("the README's rows are of one run each, and a size that a run lacks is left out of it", () => {
  const elsewhere = [{ ...results[0], embeddingDim: 3 }];
  const table = speedTable(
    [
      { node: "20", results: [...results, ...elsewhere] },
      { node: "24, revectorized", results },
    ],
    "pytorch eager",
  );
  expect(cells(table)).toEqual([
    ["10, 2", "20", "15", "30", "2.00×"],
    ["10, 2", "24, revectorized", "15", "30", "2.00×"],
    ["10, 3", "20", "15", "30", "2.00×"],
  ]);
});

test("raw results come back from the file as they went in, to five digits", () => {
  const raw = { bestRoof: 40.000001, results, sweeps: { turns: [1, 2, 3] }, none: { turns: [] } };
  expect(decode(encode(raw))).toEqual({ ...raw, bestRoof: 40 });
  // a column a line, not a number a line
  expect(encode(raw).split("\n").length).toBeLessThan(40);
});

test("the tables that are committed are those of the raw results that are", async () => {
  const folder = await mkdtemp(join(tmpdir(), "unigram-lab-tables-"));
  try {
    await cp("bench", join(folder, "bench"), {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
    await cp("README.md", join(folder, "README.md"));
    await promisify(execFile)(process.execPath, ["bench/tables.mjs"], { cwd: folder });
    for (const name of ["README.md", "bench/README.md"])
      expect(await readFile(join(folder, name), "utf8"), name).toBe(await readFile(name, "utf8"));
    // one file a kind: the earlier ones are in git's history
    const kinds = (await readdir("bench/results")).map((name) => name.replace(/-\d{4}-\d\d-\d\d\.json$/, ""));
    expect(kinds).toEqual([...new Set(kinds)]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
