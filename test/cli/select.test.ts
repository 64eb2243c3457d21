/** What is chosen of finished runs on the command line: --where, several directories, the best. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { Journal } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";
import { unigramLab } from "./commandLine.js";

let dir = "";
const run = (...args: string[]) => unigramLab(args, dir);
const size = ["--embedding-dim", "4", "--steps", "60", "--evaluate-every", "30"];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const rates = "learningRate=0.01,1000,cosine:0.1:0:60";
  const sweeps = [
    ["--vocab-size=12", ...size, "--vary", rates, "--seeds", "2", "--out", "a"],
    // of the runs of a, those of 0.01, and one more
    ["--vocab-size=12", ...size, "--learning-rate", "0.01", "--seeds", "3", "--out", "b"],
    ["--vocab-size=13", ...size, "--seeds", "1", "--out", "c"],
  ];
  for (const args of sweeps) expect((await run("sweep", ...args)).code).toBe(0);
});

const rowsOf = async (path: string): Promise<Record<string, unknown>[]> =>
  JSON.parse(await readFile(join(dir, path), "utf8"));

test("export writes each run of several directories once, those that meet all conditions", async () => {
  const all = await run("export", "a", "b", "c", "--runs", "--out", "all.json");
  expect(all).toMatchObject({ code: 0, stderr: "8 rows of 8 runs in all.json\n" });
  const some = ["--where", "vocabSize=12", "--where", "excessLoss<1", "--where", "learningRate.kind=cosine"];
  expect(await run("export", "a", "b", "c", "--runs", ...some, "--out", "some.json")).toMatchObject({
    code: 0,
    stderr: "2 rows of 2 runs in some.json\n",
  });
  expect((await rowsOf("some.json")).map((row) => row.seed).sort()).toEqual([0, 1]);
  const [name] = (await rowsOf("all.json")).map((row) => row.run);
  expect(name).toMatch(/^[0-9a-f]{16}$/);
});

test("report draws several directories where it is told to, and the runs that meet the conditions", async () => {
  expect(await run("report", "a", "c")).toMatchObject({
    code: 2,
    stderr: "error: --out: expected the directory to write to, since several are read, got none\n",
  });
  const drawn = await run("report", "a", "b", "--where", "learningRate=0.01", "--out", "drawn");
  expect(drawn).toMatchObject({ code: 0, stdout: "" });
  expect(drawn.stderr).toContain(`report: ${join("drawn", "report.html")}\n`);
  const page = await readFile(join(dir, "drawn", "report.html"), "utf8");
  expect(page).toContain("<title>A sweep of 3 runs");
  // it says of itself what it shows, and how to draw it again
  expect(page).toContain("Chosen of 7 runs: learningRate=0.01.");
  expect(page).toContain("npx unigram-lab report a b --where learningRate=0.01 --out drawn");
});

test("status counts the runs that meet the conditions", async () => {
  const { stdout } = await run("status", "a", "--json", "--where", "learningRate<1");
  expect(JSON.parse(stdout)).toMatchObject({ finished: 2, total: null, failed: 0 });
  expect((await run("status", "a", "--where", "seed=1")).stdout).toMatch(/^3 runs finished/);
  expect((await run("status", "a", "--where", "seed=7")).stdout).toMatch(/^0 runs finished/);
});

test("what nobody meets or has is a line", async () => {
  for (const [args, line] of [
    [
      ["best", "a", "--where", "seed>5"],
      "--where: expected conditions that a finished run meets, got none of 6 runs",
    ],
    [
      ["best", "a", "--where", "exponnt=1"],
      "--where exponnt: unknown field (did you mean distribution.exponent?)",
    ],
    [
      ["export", "a", "--out", "x.csv", "--where", "targets.rank=1"],
      "--where targets.rank: expected a field of these runs, got none",
    ],
    [["best", "a", "--by", "los"], /^--by: expected .*effectiveDimension.*, got "los"/],
    [["best", "a", "--top", "0"], '--top: expected a whole number from 1 to 1000000, got "0"'],
    [
      ["best", "none"],
      "DIR: expected the directory of a sweep (with journal.ndjson), got none (no such file)",
    ],
  ] as const) {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout, stderr.match(/^error: (.*)\n$/)?.[1]]).toEqual([
      2,
      "",
      typeof line === "string" ? line : expect.stringMatching(line),
    ]);
  }
});

/** A printed command as a shell reads it. */
const wordsOf = (command: string): string[] => command.replaceAll("\\\n", " ").trim().split(/\s+/).slice(1);

test("best prints the best setting of each vocabulary, and commands that repeat it number for number", async () => {
  const { stdout, code } = await run("best", "a", "c");
  expect(code).toBe(0);
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  const [first, second] = stdout.split("\n\n");
  expect(first).toMatch(/^V 12, Zipf 1: lowest excessLoss of 2 settings; left out: 1 exploded\nexcessLoss /);
  expect(second).toMatch(/^V 13, Zipf 1: lowest excessLoss of 1 setting\nexcessLoss /);

  const sweep = wordsOf(first.slice(first.indexOf("unigram-lab sweep")));
  expect(sweep.slice(-4)).toEqual(["--seeds", "2", "--out", "unigram-lab-best"]);
  expect((await run(...sweep)).code).toBe(0);
  const json = async (...args: string[]) =>
    (await run("best", ...args, "--json")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const [best, other] = await json("a", "c");
  expect(best).toMatchObject({ rank: 1, by: "excessLoss", vocabSize: 12, leftOut: { exploded: 1 } });
  const [again] = await json("unigram-lab-best");
  expect(again.numbers).toEqual(best.numbers);
  expect(again.runs).toEqual(best.runs);

  const train = wordsOf(second.slice(second.indexOf("unigram-lab train")));
  const records = (await run(...train, "--json")).stdout.trim().split("\n");
  expect(JSON.parse(records.at(-1) as string).excessLoss).toBe(other.numbers.excessLoss.mean);
  for (const { command, value } of best.runs) {
    const own = (await run(...wordsOf(command), "--json")).stdout.trim().split("\n");
    expect(JSON.parse(own.at(-1) as string).excessLoss).toBe(value);
  }
});

test("best names what tells a setting from the others, and numbers the directories of several", async () => {
  const { stdout, stderr } = await run("best", "a", "--top", "2");
  expect(stderr).toBe("");
  expect(stdout).toContain("\n  learningRate cosine 0.1 → 0\n");
  expect(stdout).toContain("\n  learningRate 0.01\n");
  expect(Array.from(stdout.matchAll(/--out (\S+)/g), ([, out]) => out)).toEqual([
    "unigram-lab-best-1",
    "unigram-lab-best-2",
  ]);
  // the evaluation of so small a vocabulary is exact
  expect(stdout).not.toContain("standardError");
  // a setting alone has nothing to be told from
  expect((await run("best", "c")).stdout).toMatch(/^V 13, .*\nexcessLoss \S+\n {2}trainLoss /);
  expect((await run("best", "--help")).stdout.replace(/\s+/g, " ")).toContain(
    "above its start and above ln V",
  );
});

test("best names a dozen runs of a setting, and says how many more there are", async () => {
  const journal = await Journal.open(join(dir, "many"));
  for (let seed = 0; seed < 40; seed++)
    await journal.append(runOf({ vocabSize: 14, steps: 100, seed }, { excess: () => 1 }));
  await journal.close();
  const { stdout } = await run("best", "many");
  expect(stdout.match(/\b[0-9a-f]{16}\b/g)).toHaveLength(12);
  expect(stdout.replace(/\s+/g, " ")).toContain(", and 28 more, which --json names ");
  expect(JSON.parse((await run("best", "many", "--json")).stdout).runs).toHaveLength(40);
});

test("best prints a dozen settings in full, the best of each ranking among them, and a line for each other", async () => {
  const journal = await Journal.open(join(dir, "wide"));
  for (const vocabSize of [15, 16])
    for (let rate = 1; rate <= 20; rate++)
      await journal.append(
        runOf({ vocabSize, steps: 100, learningRate: rate / 1000 }, { excess: (step) => rate / (1 + step) }),
      );
  await journal.close();
  const { stdout, stderr } = await run("best", "wide", "--top", "20");
  expect(stderr).toContain("12 of 40 settings are printed in full; ");
  expect(stdout.match(/^unigram-lab train|^ {2}unigram-lab train/gm)).toHaveLength(12);
  for (const text of stdout.split("\n\n"))
    expect(text).toMatch(/\n1\. excessLoss \S+\n[\s\S]*unigram-lab train/);
  expect(stdout).toMatch(/\n20\. excessLoss 0\.\d+, learningRate 0\.02, run [0-9a-f]{16}/);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("best ranks by another number, the highest first, and as many as are asked for", async () => {
  const { stdout } = await run("best", "a", "--by", "effectiveDimension", "--highest", "--top", "5");
  expect(stdout).toMatch(/^V 12, Zipf 1: highest effectiveDimension of 2 settings/);
  const values = Array.from(stdout.matchAll(/^\d\. effectiveDimension ([\d.]+)/gm), ([, value]) =>
    Number(value),
  );
  expect(values).toHaveLength(2);
  expect(values[0]).toBeGreaterThan(values[1]);
  // other seeds than 0, 1, … are named
  const named = await run("best", "b", "--where", "seed>0");
  expect(named.stdout.replaceAll("\\\n", " ")).toContain("--vary seed=1,2");
  expect(
    (await run(...wordsOf(named.stdout.slice(named.stdout.indexOf("unigram-lab sweep"))), "--dry-run")).code,
  ).toBe(0);
});

test("no line of a command is longer than 80 characters, with the backslash that goes on", async () => {
  const journal = await Journal.open(join(dir, "lines"));
  for (let i = 1; i <= 16; i++) {
    const beta2 = Number(`0.9${"3".repeat(i - 1)}`);
    const optimizer = { kind: "adam", beta1: 0.8, beta2, eps: 1e-9, weightDecay: 0.012345 } as const;
    const config = {
      ...{ vocabSize: i + 1, embeddingDim: 4, optimizer, steps: 100000, evaluateEvery: 50000 },
      spectrum: false,
    };
    await journal.append(runOf(config, { excess: () => 0.1 }));
  }
  await journal.close();
  const lines = (await run("best", "lines")).stdout.split("\n");
  expect(lines.filter((line) => line.endsWith(" \\")).length).toBeGreaterThan(8);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test("a run of a file of counts is repeated with the file in its place", async () => {
  await writeFile(join(dir, "counts.csv"), Array.from({ length: 300 }, (_, i) => 300 - i).join("\n"));
  const sweep = await run(
    "sweep",
    ...size,
    "--distribution",
    "counts.csv",
    "--seeds",
    "1",
    "--out",
    "counted",
  );
  expect(sweep.code).toBe(0);
  expect((await run("best", "counted")).stderr).toBe(
    "COUNTS.csv stands for the file of counts that these runs draw by\n",
  );
  const [best] = (await run("best", "counted", "--json")).stdout
    .split("\n")
    .map((line) => line && JSON.parse(line));
  expect(best.command).toContain("--vocab-size 300 --embedding-dim 4 --distribution COUNTS.csv ");
  const words = wordsOf(best.command.replace("COUNTS", "counts"));
  const records = (await run(...words, "--json")).stdout.trim().split("\n");
  expect(JSON.parse(records.at(-1) as string).excessLoss).toBe(best.numbers.excessLoss.mean);
});

test("the help is of lines of 80 characters", async () => {
  for (const command of ["best", "report", "export", "status"])
    for (const line of (await run(command, "--help")).stdout.split("\n"))
      expect(line.length, line).toBeLessThanOrEqual(80);
});
