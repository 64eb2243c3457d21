/** Snapshots that a sweep keeps, and longer runs that go on from them: bit for bit what is trained in one go. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configHash, type RunConfigInput } from "../../src/config.js";
import { SweepPlan } from "../../src/sweep/grid.js";
import { Journal } from "../../src/sweep/journal.js";
import { runPool } from "../../src/sweep/pool.js";
import type { PoolEvent, PoolOptions } from "../../src/sweep/poolOptions.js";
import type { RunResult } from "../../src/sweep/result.js";
import { keptSnapshot } from "../../src/sweep/snapshotFiles.js";
import { restoreTrainer } from "../../src/training/create.js";
import { decodeSnapshot, encodeSnapshot } from "../../src/training/snapshot.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const small = { vocabSize: 20, embeddingDim: 4, batchSize: 16, evaluateEvery: 20 };

/** Runs configs in a directory: what came of them, by name, and what happened. */
async function pool(directory: string | undefined, configs: RunConfigInput[], options: PoolOptions = {}) {
  const journal = directory === undefined ? undefined : await Journal.open(directory);
  const plan = configs.flatMap((config) => [...new SweepPlan({ base: config })]);
  const events: PoolEvent[] = [];
  const results = new Map<string, RunResult>();
  try {
    const onEvent = (event: PoolEvent) => events.push(event);
    for await (const result of runPool(plan, { threads: 1, ...options, journal, onEvent }))
      results.set(result.run, result);
  } finally {
    await journal?.close();
  }
  const finished = events.flatMap((event) => (event.event === "finished" ? [event] : []));
  const warnings = events.flatMap((event) => (event.event === "warning" ? [event.message] : []));
  return { results, finished, warnings };
}

/** All of a result but the clock's. */
const bits = ({ seconds, stepSeconds, ...rest }: RunResult) => JSON.stringify(rest);

const courses: Record<string, RunConfigInput> = {
  plain: small,
  "a cosine beyond its end": { ...small, learningRate: { kind: "cosine", from: 0.1, to: 0.001, end: 40 } },
  "momentum and untied weights": { ...small, tied: false, optimizer: { kind: "sgd", momentum: 0.9 } },
  "evaluations on a logarithmic axis": {
    ...small,
    evaluateEvery: undefined,
    evaluateAt: { kind: "log", perDecade: 5 },
  },
  "what is done at the shorter run's last step": {
    ...small,
    interventions: [{ step: 50, kind: "reset-moments" }],
  },
  "a run that diverges": { ...small, optimizer: { kind: "sgd" }, norm: "none", learningRate: 1e30 },
};

test.each(Object.entries(courses))("goes on to the bits of one go: %s", async (name, course) => {
  const [kept, whole] = [await folder(), await folder()];
  // between two evaluations, and at one
  for (const first of [50, 60]) {
    const [shorter, longer] = [first, 110].map((steps) => ({ ...course, steps }));
    const directory = join(kept, String(first));
    await pool(directory, [shorter], { keepSnapshots: true });
    const { finished, warnings, results } = await pool(directory, [longer], { keepSnapshots: true });
    expect(warnings).toEqual([]);
    const step = name === "a run that diverges" ? expect.toSatisfy((at) => at > 0 && at < 50) : first;
    expect(finished[0].wentOnFrom).toEqual({ run: configHash(shorter), step });

    const { results: fresh } = await pool(join(whole, String(first)), [longer], { keepSnapshots: true });
    const run = configHash(longer);
    expect([...results.keys()]).toEqual([run]);
    expect(bits(results.get(run) as RunResult)).toBe(bits(fresh.get(run) as RunResult));
    expect(await readFile(keptSnapshot(directory, run))).toEqual(
      await readFile(keptSnapshot(join(whole, String(first)), run)),
    );
  }
});

test("the longest of several shorter runs is taken, and another course begins anew", async () => {
  const directory = await folder();
  const cosine = (steps: number): RunConfigInput => ({
    ...small,
    steps,
    learningRate: { kind: "cosine", from: 0.1, end: steps },
  });
  const keepSnapshots = true;
  await pool(directory, [{ ...small, steps: 30 }, { ...small, steps: 60 }, cosine(60)], { keepSnapshots });
  const { finished } = await pool(directory, [
    { ...small, steps: 90 },
    { ...small, steps: 40 },
    { ...small, steps: 20 },
    { ...small, steps: 90, seed: 1 },
    cosine(90),
  ]);
  const from = Object.fromEntries(
    finished.map(({ result, wentOnFrom }) => [
      `${JSON.stringify(result.config.learningRate)} ${result.config.seed} ${result.config.steps}`,
      wentOnFrom?.step ?? 0,
    ]),
  );
  expect(from).toEqual({
    "0.001 0 90": 60,
    "0.001 0 40": 30,
    "0.001 0 20": 0,
    "0.001 1 90": 0,
    '{"kind":"cosine","from":0.1,"to":0,"start":0,"end":90} 0 90': 0,
  });
  // whoever is not asked to keep does not
  expect((await readdir(join(directory, "snapshots"))).length).toBe(3);
});

test("a snapshot that cannot be gone on from is a warning, and the run begins anew", async () => {
  const [shorter, longer] = [50, 110].map((steps) => ({ ...small, steps }));
  const run = configHash(shorter);
  const { results: fresh } = await pool(undefined, [longer]);
  const whole = bits([...fresh.values()][0]);
  const spoil: Record<string, (path: string) => Promise<void>> = {
    "cannot be read (snapshot: damaged, its checksum does not match its contents)": async (path) => {
      const bytes = await readFile(path);
      bytes[bytes.length - 40] ^= 1;
      await writeFile(path, bytes);
    },
    "is another run's, or has no records": async (path) => {
      const other = await restoreTrainer(await readFile(path), { steps: 60 });
      await writeFile(path, await other.snapshot({ records: [] }));
      other.dispose();
    },
    "is another run's, or has no records ": async (path) => {
      const { bitsRevision: _, ...rest } = decodeSnapshot(await readFile(path));
      await writeFile(path, encodeSnapshot({ ...rest, records: undefined }));
    },
    "cannot be read (EISDIR)": async (path) => {
      await rm(path);
      await mkdir(path);
    },
  };
  for (const [why, damage] of Object.entries(spoil)) {
    const directory = await folder();
    await pool(directory, [shorter], { keepSnapshots: true });
    await damage(keptSnapshot(directory, run));
    const { results, finished, warnings } = await pool(directory, [longer]);
    expect(warnings).toEqual([`the snapshot of run ${run} (step 50) ${why.trim()}: it begins anew`]);
    expect(finished[0]).toMatchObject({ resumedFrom: 0 });
    expect(finished[0].wentOnFrom).toBeUndefined();
    expect(bits([...results.values()][0])).toBe(whole);
  }
});

test("a snapshot that cannot be kept costs no run, and somebody else's file stays", async () => {
  const directory = await folder();
  const path = keptSnapshot(directory, configHash({ ...small, steps: 50 }));
  await mkdir(join(directory, "snapshots"));
  await writeFile(path, "weights of mine");
  const { results, warnings } = await pool(directory, [{ ...small, steps: 50 }], { keepSnapshots: true });
  expect(results.size).toBe(1);
  expect(warnings).toEqual([
    `its snapshot could not be kept (${path}: expected a file of unigram-lab's or none, got another one)`,
  ]);
  expect(await readFile(path, "utf8")).toBe("weights of mine");
});

test("snapshots are kept beside a journal only", async () => {
  await expect(pool(undefined, [small], { keepSnapshots: true })).rejects.toThrow(
    "keepSnapshots: expected a journal with it, got none",
  );
  await expect(pool(await folder(), [small], { keepSnapshots: 1 as never })).rejects.toThrow(
    "keepSnapshots: expected true or false, got 1",
  );
});
