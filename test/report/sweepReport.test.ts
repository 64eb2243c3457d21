import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { writeSweepReport } from "../../src/report/index.js";
import { summarizeSweep } from "../../src/report/sweepSummary.js";
import { Journal } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

/** A journal whose excess loss falls as step^−β, β set by the learning rate and a little by the seed. */
async function journalOf(axes: RunConfigInput[]): Promise<Journal> {
  const journal = await Journal.open(await mkdtemp(join(tmpdir(), "unigram-lab-")));
  for (const config of axes)
    for (const seed of [0, 1, 2]) {
      const beta = 0.5 + Number(config.learningRate) + 0.01 * (seed - 1);
      await journal.append(
        runOf(
          { steps: 1000, ...config, seed },
          { excess: (step) => (step === 0 ? 3 : step ** -beta), dimension: (step) => 5 + step / 1000 },
        ),
      );
    }
  return journal;
}

test("axes are found in the runs, what follows from another is not one, and exponents come with their interval", async () => {
  const journal = await journalOf(
    [4, 9].flatMap((embeddingDim) => [0.1, 0.2, 0.3].map((learningRate) => ({ embeddingDim, learningRate }))),
  );
  const { axes, settings } = await summarizeSweep(journal);
  expect(axes).toEqual([
    { path: "embeddingDim", values: [4, 9] },
    { path: "config.learningRate", values: [0.1, 0.2, 0.3] },
  ]);
  expect(settings.map(({ values }) => values)).toEqual([
    [4, 0.1],
    [4, 0.2],
    [4, 0.3],
    [9, 0.1],
    [9, 0.2],
    [9, 0.3],
  ]);
  for (const { values, exponent, seeds, excessLoss } of settings) {
    const beta = 0.5 + Number(values[1]);
    expect(seeds).toBe(3);
    expect(exponent?.mean).toBeCloseTo(beta, 10);
    expect(exponent?.standardDeviation).toBeCloseTo(0.01, 10);
    // t of two degrees of freedom at 97.5 % is 4.3027
    expect(exponent?.interval?.[1]).toBeCloseTo(beta + (4.3027 * 0.01) / Math.sqrt(3), 5);
    expect(excessLoss?.mean).toBeCloseTo(1000 ** -beta, 3);
  }
  await journal.close();
});

test.each<[string, RunConfigInput[], string[]]>([
  ["no axis", [{ learningRate: 0.1 }], ["effective-dimension", "excess-loss"]],
  ["one axis", [{ learningRate: 0.1 }, { learningRate: 0.2 }], ["effective-dimension", "excess-loss"]],
  [
    "three axes, one of many values",
    [5, 6].flatMap((embeddingDim) =>
      (["none", "rmsnorm"] as const).flatMap((norm) =>
        Array.from({ length: 8 }, (_, i) => ({ embeddingDim, norm, learningRate: (i + 1) / 20 })),
      ),
    ),
    ["effective-dimension", "excess-loss", "heat-map"],
  ],
])("draws a sweep of %s", async (_, configs, names) => {
  const journal = await journalOf(configs);
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  await journal.close();
  const figures = await readdir(join(journal.directory, "figures"));
  expect(figures.sort()).toEqual(names.flatMap((name) => [`${name}.png`, `${name}.svg`]));
  for (const name of names) {
    const svg = await readFile(join(journal.directory, "figures", `${name}.svg`), "utf8");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const marks = svg.match(/mark-(line|rect)/g)?.length ?? 0;
    expect(marks).toBeGreaterThan(0);
  }
  expect(page).toContain(`A sweep of ${3 * configs.length} runs`);
  expect(page.match(/<tr>/g)).toHaveLength(configs.length + 1);
  expect(page).not.toMatch(/NaN|undefined|\[object|<script|(src|href)="https?:/);
});
