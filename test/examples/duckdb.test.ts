/** The questions of examples/duckdb, asked by its program, and that its answers are those of the exported rows. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Project, project } from "./project.js";
import { addDiverging, bestRates, overSeeds, rowsOf } from "./sweptRuns.js";

let swept: Project;
beforeAll(async () => {
  swept = await project("duckdb", ["@duckdb"]);
  await swept.commandsOf("learning-rates.sql");
  await addDiverging(swept);
  await swept.run("unigram-lab", ["export", "results", "--out", "runs.parquet"]);
});
afterAll(() => swept?.remove());

/** The tables that console.table printed: their cells as numbers, without the column of indices. */
const tables = (text: string): number[][][] =>
  text
    .split(/^└.*$/m)
    .slice(0, -1)
    .map((table) =>
      table
        .split("\n")
        .filter((line) => /^│ \d/.test(line))
        .map((line) =>
          line
            .split("│")
            .slice(2, -1)
            .map((cell) => (cell.trim() === "null" ? Number.NaN : Number(cell))),
        ),
    );

test("means over seeds, the best rates and how fast runs are", async () => {
  const [ends, best, close] = tables(await swept.run(process.execPath, ["main.mjs"]));
  const all = overSeeds(await rowsOf(swept));
  expect(all).toHaveLength(9);
  const rounded = (value: number | null) => (value === null ? Number.NaN : expect.closeTo(value, 4));
  expect(ends).toEqual(
    all.map(({ vocabSize, rate, mean, sd, seeds, diverged }) => [
      ...[vocabSize, rate, rounded(mean), rounded(sd)],
      ...[seeds, diverged],
    ]),
  );
  expect(best).toEqual(bestRates(all));
  expect(close).toEqual(
    all
      .filter(({ closeSeeds }) => closeSeeds > 0)
      .map(({ vocabSize, rate, close, closeSeeds }) => [vocabSize, rate, close, closeSeeds]),
  );
});
