/** What is taken of several directories, and what conditions let in. */
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { ConfigError, type RunConfigInput } from "../../src/config.js";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { type Condition, finishedRuns, Journal, type RunResult, Selection } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

let dir = "";
const at = (name: string) => join(dir, name);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});

const resultOf = (config: RunConfigInput, excess = 1): RunResult =>
  runOf({ vocabSize: 3, steps: 100, ...config }, { excess: () => excess });

async function journalOf(name: string, results: RunResult[], failed: RunResult[] = []): Promise<string> {
  const journal = await Journal.open(at(name));
  for (const { run, config } of failed)
    await journal.appendFailure({ run, config, error: `failed in ${name}`, attempts: 2 });
  for (const result of results) await journal.append(result);
  await journal.close();
  return at(name);
}

/** What a selection has, once it has been closed. */
async function read(directories: string | string[], where?: Condition[]) {
  const selection = await Selection.read(directories, where && { where });
  const { runs, failedRuns, total, notices, revisions } = selection;
  const results = [];
  for await (const result of selection.results()) results.push(result);
  const failures = [];
  for (const run of failedRuns) failures.push((await selection.failure(run))?.error);
  await selection.close();
  return { runs, failedRuns, total, notices, revisions: [...revisions], results, failures };
}

const message = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "nothing was thrown",
    (error) => {
      expect(error).toBeInstanceOf(ConfigError);
      return error.message;
    },
  );

const some = Array.from({ length: 6 }, (_, seed) => resultOf({ seed }));
const sorted = (results: RunResult[]) => results.map(({ run }) => run).sort();

test("a run that is in several directories is there once, and nothing is written", async () => {
  const [a, b] = [await journalOf("a", some.slice(0, 4)), await journalOf("b", some.slice(2))];
  for (const directories of [
    [a, b],
    [b, a],
    [a, b, a],
  ]) {
    const { runs, results, total, notices, revisions } = await read(directories);
    expect(runs).toEqual(sorted(some));
    expect(results.map(({ run }) => run)).toEqual(runs);
    expect(results.find(({ run }) => run === some[5].run)).toEqual(some[5]);
    expect([total, notices, revisions]).toEqual([6, [], [[bitsRevision, 6]]]);
  }
  expect((await read(a)).runs).toEqual(sorted(some.slice(0, 4)));
  expect(await readdir(a)).toEqual(["journal.ndjson"]);
});

test("a run that failed in one directory and finished in another has not failed", async () => {
  const a = await journalOf("a", [some[0]], [some[1], some[2]]);
  const b = await journalOf("b", [some[1]], [some[2], some[3]]);
  const { failedRuns, failures } = await read([a, b]);
  expect(failedRuns).toEqual(sorted([some[2], some[3]]));
  expect(failures.sort()).toEqual(["failed in a", "failed in b"]);
});

test("different results of one run are refused; of relaxed ones the first is taken, and how many differ is said", async () => {
  const [a, b] = [await journalOf("a", [some[0]]), await journalOf("b", [resultOf({ seed: 0 }, 2)])];
  expect(await message(Selection.read([a, b]))).toBe(
    `run ${some[0].run}: expected one result, ${a} and ${b} have different ones`,
  );
  const [one, other] = [1, 2].map((excess) => resultOf({ arithmetic: "relaxed" }, excess));
  const [c, d] = [await journalOf("c", [one]), await journalOf("d", [other])];
  const { results, notices } = await read([c, d]);
  expect(results).toEqual([one]);
  expect(notices).toEqual([
    expect.stringMatching(
      /^1 relaxed result differs from the one that is kept, by .* of the number at most \(/,
    ),
  ]);
  expect((await read([d, c])).results).toEqual([other]);
});

test("a mix of bits revisions is told", async () => {
  const { bitsRevision: _, ...old } = some[0];
  const [a, b] = [await journalOf("a", [old]), await journalOf("b", [some[1]])];
  const { notices, revisions } = await read([a, b]);
  expect(revisions).toEqual([
    [1, 1],
    [bitsRevision, 1],
  ]);
  expect(notices).toEqual([expect.stringMatching(/^results of 2 bits revisions/)]);
  // what is chosen is of one
  expect((await read([a, b], [{ path: "seed", equals: 1 }])).notices).toEqual([]);
});

test("conditions are on fields of the config and on numbers of the last evaluation", async () => {
  const runs = [0.5, 1, 2].flatMap((excess, i) => [
    resultOf({ learningRate: 0.1 * (i + 1) }, excess),
    resultOf({ learningRate: { kind: "cosine", from: 0.1 * (i + 1), end: 100 } }, excess),
  ]);
  const a = await journalOf("a", runs, [some[0], resultOf({ seed: 9 })]);
  const chosen = async (...where: Condition[]) => (await read(a, where)).runs;
  expect(await chosen({ path: "excessLoss", below: 1 })).toEqual(sorted(runs.slice(0, 2)));
  expect(await chosen({ path: "excessLoss", atLeast: 1 }, { path: "learningRate", atMost: 0.2 })).toEqual([
    runs[2].run,
  ]);
  expect(await chosen({ path: "diverged", equals: false })).toHaveLength(6);
  expect(await chosen({ path: "excessLoss", above: { path: "learningRate" } })).toHaveLength(3);
  expect(await chosen({ path: "learningRate.kind", equals: "cosine" })).toHaveLength(3);
  const json = JSON.stringify({ end: 100, from: 0.1, kind: "cosine", start: 0, to: 0 });
  expect(await chosen({ path: "learningRate", equals: json })).toEqual([runs[1].run]);
  expect(await chosen({ path: "learningRate", not: json })).toHaveLength(5);
  // a failed run has a config only
  expect((await read(a, [{ path: "seed", below: 5 }])).failedRuns).toEqual([some[0].run]);
  expect((await read(a, [{ path: "excessLoss", above: 0 }])).failedRuns).toEqual([]);
  expect((await read(a, [{ path: "seed", below: 5 }])).total).toBe(6);

  const streamed = [];
  for await (const { run } of finishedRuns(a, { where: [{ path: "excessLoss", below: 1 }] }))
    streamed.push(run);
  expect(streamed).toEqual(sorted(runs.slice(0, 2)));
});

test("what cannot be read is refused, and nothing stays open", async () => {
  const a = await journalOf("a", some);
  const open = async () => (await readdir("/proc/self/fd")).length;
  const before = await open();
  expect(await message(Selection.read([a, at("none")]))).toBe(
    `DIR: expected the directory of a sweep (with journal.ndjson), got ${at("none")} (no such file)`,
  );
  for (const path of ["exessLoss", "constructor", "seed.more"])
    expect(await message(Selection.read(a, { where: [{ path, below: 1 }] }))).toBe(
      `where.0.path: no run has a field ${path}`,
    );
  expect(await message(Selection.read([]))).toBe(
    "directories: expected the path of a directory or several, got []",
  );
  expect(await message(Selection.read(a, { were: [] } as never))).toBe(
    "were: unknown option, expected one of where",
  );
  expect(await open()).toBe(before);
});
