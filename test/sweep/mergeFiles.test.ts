/** Several directories made one, from results that no trainer computed. */
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { ConfigError } from "../../src/config.js";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { Journal, merge, type RunResult } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

let dir = "";
const at = (name: string) => join(dir, name);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});
const resultOf = (seed: number) => runOf({ vocabSize: 3, steps: 100, seed }, { excess: () => 1 });
const runs = Array.from({ length: 300 }, (_, seed) => resultOf(seed));

async function journalOf(name: string, results: RunResult[], failed: RunResult[] = []): Promise<string> {
  const journal = await Journal.open(at(name));
  for (const { run, config } of failed)
    await journal.appendFailure({ run, config, error: `failed in ${name}`, attempts: 2 });
  await Promise.all(results.map((result) => journal.append(result)));
  await journal.close();
  return at(name);
}

test("each run once, in the order of their names, whatever the order of the directories", async () => {
  const names = runs.map(({ run }) => run).sort();
  const parts = [
    await journalOf("a", runs.slice(0, 200)),
    await journalOf("b", runs.slice(150)),
    await journalOf("c", []),
  ];
  for (const [out, sources] of [
    ["x", parts],
    ["y", parts.toReversed()],
  ] as const) {
    const report = await merge(at(out), sources);
    expect(report).toEqual({
      added: 300,
      snapshots: 0,
      duplicates: 50,
      differing: 0,
      largestDifference: null,
      runs: 300,
      failed: [],
      notices: [],
    });
    const lines = (await readFile(join(at(out), "journal.ndjson"), "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).result.run)).toEqual(names);
    expect(await readdir(at(out))).toEqual(["journal.ndjson"]);
  }
  expect(await merge(at("x"), parts)).toMatchObject({ added: 0, duplicates: 350, runs: 300 });
  // what is there already counts too
  await journalOf("z", runs.slice(0, 10));
  expect(await merge(at("z"), [parts[1]])).toMatchObject({ added: 150, duplicates: 0, runs: 160 });
});

test("many results are few writes, and few of them in memory at once", async () => {
  const sources = [await journalOf("a", runs)];
  let waiting = 0;
  let most = 0;
  const append = Journal.prototype.append;
  vi.spyOn(Journal.prototype, "append").mockImplementation(async function (this: Journal, result) {
    most = Math.max(most, ++waiting);
    await append.call(this, result);
    waiting--;
  });
  await merge(at("x"), sources);
  vi.restoreAllMocks();
  expect(most).toBe(256);
});

test("a relaxed run's snapshot comes with its own result alone, a strict one's from whichever kept it", async () => {
  const snapshot = await readFile(new URL("../fixtures/version-0.1/tied.snapshot", import.meta.url));
  const relaxed = runOf({ vocabSize: 3, steps: 100, arithmetic: "relaxed" }, { excess: () => 1 });
  const without = await journalOf("without", [runs[0], relaxed]);
  const holding = await journalOf("holding", [runs[0], { ...relaxed, divergedAt: 50 }]);
  await mkdir(join(holding, "snapshots"));
  for (const { run } of [runs[0], relaxed])
    await writeFile(join(holding, "snapshots", `${run}.snapshot`), snapshot);
  expect(await merge(at("x"), [without, holding])).toMatchObject({ duplicates: 2, snapshots: 1 });
  expect(await readdir(join(at("x"), "snapshots"))).toEqual([`${runs[0].run}.snapshot`]);
  expect(await merge(at("y"), [holding, without])).toMatchObject({ snapshots: 2 });
  // what is there already is kept, and so is its result
  await journalOf("z", [relaxed]);
  expect(await merge(at("z"), [holding])).toMatchObject({ added: 1, snapshots: 1 });
});

test("failures come along where there is no result anywhere, the first of each run", async () => {
  const [failed, done, both] = runs;
  const report = await merge(at("x"), [
    await journalOf("a", [], [failed, done, both]),
    await journalOf("b", [done], [failed]),
    await journalOf("c", [both]),
  ]);
  expect(report).toMatchObject({ added: 2, runs: 2, failed: [failed.run] });
  const journal = await Journal.read(at("x"));
  expect((await journal.failure(failed.run))?.error).toBe("failed in a");
  expect(await journal.failure(done.run)).toBeUndefined();
  await journal.close();
});

test("what took time and memory may differ, what was measured may not", async () => {
  const [run, other] = runs;
  const a = await journalOf("a", [run, other]);
  const b = await journalOf("b", [{ ...run, seconds: 9, stepSeconds: 8, bytes: 7 }]);
  expect(await merge(at("x"), [a, b])).toMatchObject({ added: 2, duplicates: 1 });
  expect(await merge(at("x"), [b])).toMatchObject({ added: 0, duplicates: 1 });
  const c = await journalOf("c", [{ ...run, divergedAt: 100 }]);
  for (const [out, sources, first] of [
    ["y", [a, c], a],
    ["x", [c], c],
  ] as const) {
    const error = await merge(at(out), sources).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    const second = out === "x" ? at("x") : c;
    expect(error.message).toBe(
      `run ${run.run}: expected one result, ${first} and ${second} have different ones`,
    );
  }
  // nothing is made, and no lock is left
  expect((await readdir(dir)).sort()).toEqual(["a", "b", "c", "x"]);
  expect(await readdir(at("x"))).toEqual(["journal.ndjson"]);
});

test("what is wrong with any of the journals is told", async () => {
  const sources = [await journalOf("a", [runs[0]]), await journalOf("b", [runs[1]])];
  for (const source of sources) {
    const path = join(source, "journal.ndjson");
    await writeFile(path, `${await readFile(path, "utf8")}{"sum`);
  }
  const { notices } = await merge(at("x"), sources);
  expect(notices.map((notice) => notice.split(":")[0])).toEqual(
    sources.map((source) => join(source, "journal.ndjson")),
  );
});

test("a merged directory that is lost meanwhile is said", async () => {
  const sources = [await journalOf("a", [runs[0]])];
  vi.spyOn(Journal.prototype, "appendFailure");
  const close = Journal.prototype.close;
  vi.spyOn(Journal.prototype, "close").mockImplementationOnce(async function (this: Journal) {
    await writeFile(join(at("x"), "journal.ndjson"), "");
    await close.call(this);
  });
  await expect(merge(at("x"), sources)).rejects.toThrow("was cut short");
  vi.restoreAllMocks();
});

/** A run as a version wrote it that had fewer fields: of the config, of the result, of the records. */
function older(result: RunResult): RunResult {
  const { targets: _, gradient: __, ...config } = result.config;
  const records = result.records.map(({ meanEnergyShare: _, ...record }) => record);
  return { ...result, config, records } as RunResult;
}

test("results merge where all is equal that both have; the one that has more is kept", async () => {
  const [run] = runs;
  const a = await journalOf("a", [older(run)]);
  const b = await journalOf("b", [run]);
  for (const [out, sources] of [
    ["x", [a, b]],
    ["y", [b, a]],
  ] as const) {
    expect(await merge(at(out), sources)).toMatchObject({ added: 1, duplicates: 1 });
    const journal = await Journal.read(at(out));
    expect(await journal.get(run.run)).toEqual(run);
    await journal.close();
  }
  const [first, ...rest] = run.records;
  const refused = async (other: RunResult) => {
    const c = await journalOf(`c${JSON.stringify(other).length}`, [other]);
    await expect(merge(at("z"), [a, c])).rejects.toThrow(`run ${run.run}: expected one result`);
  };
  // in a field that both have, in a record, in how many there are, in the config
  await refused({ ...older(run), finalEmbedding: [0.5] });
  await refused({ ...run, records: [{ ...first, standardError: 0.25 }, ...rest] });
  await refused({ ...run, records: rest });
  await refused({ ...run, config: { ...run.config, gradient: "exact" } });
});

test("results of one run in two bits revisions are refused; of different runs they are named as a mix", async () => {
  const [run, other] = runs;
  const { bitsRevision: _, ...first } = run;
  const a = await journalOf("a", [first]);
  const b = await journalOf("b", [run]);
  await expect(merge(at("x"), [a, b])).rejects.toThrow(
    `run ${run.run}: expected results of one bits revision, ${a} has it of 1 and ${b} of ${bitsRevision}, which are other bits; merge each revision into a directory of its own`,
  );
  const c = await journalOf("c", [other]);
  const heard: string[] = [];
  const { notices } = await merge(at("x"), [a, c], { onNotice: (line) => heard.push(line) });
  const mix = `${join(at("x"), "journal.ndjson")}: results of 2 bits revisions (1 of 1 and 1 of ${bitsRevision}): a config gives other bits in each`;
  expect(heard).toEqual([mix]);
  expect(notices).toEqual([mix]);
  const journal = await Journal.read(at("x"));
  expect([...journal.revisions]).toEqual([
    [1, 1],
    [bitsRevision, 1],
  ]);
  expect([run, other].map(({ run }) => journal.revisionOf(run))).toEqual([1, bitsRevision]);
  await journal.close();
});

const computedBy = { backend: "webgpu", adapter: "one", driver: "" };
const relaxedOf = (seed: number, more: Partial<RunResult> = {}): RunResult => ({
  ...runOf({ vocabSize: 3, steps: 100, seed, arithmetic: "relaxed" }, { excess: () => 1 }),
  computedBy,
  ...more,
});
/** With the last record's loss as given. */
const withLoss = (result: RunResult, loss: number | null): RunResult => ({
  ...result,
  computedBy: { ...computedBy, adapter: "another" },
  records: result.records.map((record, i) =>
    i === result.records.length - 1 ? { ...record, loss } : record,
  ),
});

test("of relaxed results that differ the first is kept, and how many differ by how much at most is told", async () => {
  const [one, other, same] = [0, 1, 2].map((seed) => relaxedOf(seed));
  const loss = (result: RunResult) => result.records.at(-1)?.loss as number;
  const changed = [
    withLoss(one, loss(one) * 1.25),
    withLoss(other, loss(other) * 1.0625),
    { ...same, seconds: 9 },
  ];
  const [a, b] = [await journalOf("a", [one, other, same]), await journalOf("b", changed)];
  for (const [out, sources, kept] of [
    ["x", [a, b], one],
    ["y", [b, a], changed[0]],
  ] as const) {
    const report = await merge(at(out), sources);
    expect(report).toMatchObject({ added: 3, duplicates: 3, differing: 2 });
    expect(report.largestDifference).toMatchObject({ run: one.run, field: "loss" });
    expect(report.largestDifference?.relative).toBeCloseTo(0.2, 12);
    const journal = await Journal.read(at(out));
    expect(await journal.get(one.run)).toEqual(kept);
    await journal.close();
  }
  // strict results still have to agree, and so do configs
  const c = await journalOf("c", [withLoss(runs[0], 1)]);
  await expect(merge(at("z"), [await journalOf("d", [runs[0]]), c])).rejects.toThrow("expected one result");
  const e = await journalOf("e", [{ ...one, config: { ...one.config, seed: 7 } }]);
  await expect(merge(at("z"), [a, e])).rejects.toThrow("expected one result");
});

test("a number that one has and the other has not is a difference as large as itself; so is another end", async () => {
  const [one, other] = [relaxedOf(0), relaxedOf(1)];
  const a = await journalOf("a", [one]);
  const b = await journalOf("b", [withLoss(one, null)]);
  expect((await merge(at("x"), [a, b])).largestDifference).toEqual({
    run: one.run,
    field: "loss",
    relative: 1,
  });
  const c = await journalOf("c", [other]);
  const d = await journalOf("d", [{ ...other, records: other.records.slice(0, -1) }]);
  expect((await merge(at("y"), [c, d])).largestDifference).toEqual({
    run: other.run,
    field: "step",
    relative: 1,
  });
});
