/**
 * The examples in Python, on tables that the command line exports. wandb and TensorBoard are not installed where the tests
 * run: small modules in their place (standins) have the signatures of their documentation and record the calls, so that the
 * recipes are held to those, not to the services.
 */
import { spawnSync } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examples, type Project, project } from "./project.js";
import { addDiverging, bestRates, type OverSeeds, overSeeds, type Row, rowsOf } from "./sweptRuns.js";

/** Debian's, where python3-pandas is, or whichever the path has. */
const python = ["/usr/bin/python3", "python3"].find(
  (candidate) => spawnSync(candidate, ["-c", "import pandas"]).status === 0,
);

describe.skipIf(!python)("with pandas (python3-pandas)", () => {
  let swept: Project;
  let rows: Map<string, Row[]>;
  let all: OverSeeds[];
  beforeAll(async () => {
    swept = await project("pandas");
    await cp(join(examples, "trackers"), swept.dir, { recursive: true });
    await swept.commandsOf("learning_rates.py");
    await addDiverging(swept);
    await swept.run("unigram-lab", ["export", "results", "--out", "runs.csv"]);
    rows = await rowsOf(swept);
    all = overSeeds(rows);
  });
  afterAll(() => swept?.remove());

  /** Runs a script there, warnings being errors, with a stand-in in place of a package; the calls that it recorded. */
  const recorded = async (script: string, standIn: string): Promise<unknown[][]> => {
    const CALLS = join(swept.dir, `${standIn}.calls`);
    const PYTHONPATH = join(process.cwd(), "test/examples/standins", standIn);
    await swept.run(python as string, ["-W", "error", script, "runs.csv"], {
      CALLS,
      PYTHONPATH,
      PYTHONDONTWRITEBYTECODE: "1",
    });
    return (await readFile(CALLS, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  const metrics = ["trainLoss", "loss", "excessLoss", "learningRate", "effectiveDimension"];

  test("learning_rates.py prints means over seeds, the best rates and how fast runs are", async () => {
    expect(all).toHaveLength(9);
    const printed = await swept.run(python as string, ["-W", "error", "learning_rates.py"]);
    for (const line of printed.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const [ends, best, close] = printed.trim().split("\n\n");
    /** A table's rows; the vocabulary stands in the first of its rows only. */
    const numbers = (text: string, columns: number) => {
      let vocabulary = Number.NaN;
      return text
        .split("\n")
        .slice(3)
        .map((line) => {
          const cells = line.trim().split(/\s+/).map(Number);
          if (cells.length === columns) vocabulary = cells.shift() as number;
          return [vocabulary, ...cells];
        });
    };
    // four digits are printed
    const rounded = (value: number | null) =>
      value === null ? Number.NaN : expect.closeTo(value, 3 - Math.floor(Math.log10(Math.abs(value))));
    expect(numbers(ends, 6)).toEqual(
      all.map(({ vocabSize, rate, mean, sd, seeds, diverged }) => [
        ...[vocabSize, rate, rounded(mean), rounded(sd)],
        ...[seeds, diverged],
      ]),
    );
    expect(
      best
        .split("\n")
        .slice(1)
        .map((line) => line.match(/[\d.e-]+/g)?.map(Number)),
    ).toEqual(bestRates(all));
    expect(numbers(close, 4)).toEqual(
      all
        .filter(({ closeSeeds }) => closeSeeds > 0)
        .map(({ vocabSize, rate, close, closeSeeds }) => [vocabSize, rate, close, closeSeeds]),
    );
  });

  test("to_wandb.py makes a run of each run, with its config and what was measured at each step", async () => {
    const calls = await recorded("to_wandb.py", "wandb");
    const expected = [...rows].flatMap(([name, own]) => [
      [
        "init",
        "unigram-lab",
        name,
        name,
        expect.objectContaining({
          vocabSize: own[0].vocabSize,
          config_learningRate: Number(own[0]["config.learningRate"]),
          seed: own[0].seed,
          tied: true,
          optimizer_beta1: 0.9,
        }),
      ],
      ...own.map((row) => [
        ...["log", name, row.step],
        Object.fromEntries(
          metrics.flatMap((metric) => (row[metric] === null ? [] : [[metric, row[metric]]])),
        ),
      ]),
      ["finish", name],
    ]);
    expect(calls).toEqual(expected);
  });

  test("to_tensorboard.py writes a folder a run, named by what varies", async () => {
    const calls = await recorded("to_tensorboard.py", "tensorboard");
    const expected = [...rows].flatMap(([name, own]) => {
      const { vocabSize, seed, "config.learningRate": rate } = own[0];
      const shown = Number(rate) === 1e30 ? "1e+30" : Number(rate);
      const folder = `tensorboard/vocabSize=${vocabSize} learningRate=${shown} seed=${seed} ${name.slice(0, 6)}`;
      return [
        ...metrics.flatMap((metric) =>
          own.flatMap((row) =>
            row[metric] === null ? [] : [["add_scalar", folder, metric, row[metric], row.step]],
          ),
        ),
        ["close", folder],
      ];
    });
    expect(calls).toEqual(expected);
  });
});
