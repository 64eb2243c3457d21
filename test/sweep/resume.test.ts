import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { configHash, parseConfig } from "../../src/config.js";
import { createTrainer, type TrainingRecord } from "../../src/index.js";
import { bitsRevision as ours } from "../../src/kernel/bitsRevision.js";
import { readCheckpoint, writeCheckpoint } from "../../src/sweep/checkpoint.js";
import {
  Journal,
  type PoolEvent,
  type PoolOptions,
  type PoolProgress,
  type RunResult,
  runPool,
  sweepConfigs,
} from "../../src/sweep/index.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const essence = ({ seconds: _, stepSeconds: __, ...rest }: RunResult) => rest;

async function runAll(
  configs: ReturnType<typeof sweepConfigs>,
  directory: string,
  options: PoolOptions = {},
) {
  const journal = await Journal.open(directory);
  const events: PoolEvent[] = [];
  const results: RunResult[] = [];
  try {
    for await (const result of runPool(configs, {
      ...options,
      journal,
      onEvent: (event) => events.push(event),
    }))
      results.push(result);
    return { events, results };
  } finally {
    await journal.close();
  }
}

/** About five seconds of one thread, evaluated rarely. */
const long = parseConfig({
  vocabSize: 1000,
  embeddingDim: 64,
  norm: "layernorm",
  tied: false,
  steps: 4000,
  evaluateEvery: 900,
});

test("a long run that is stopped goes on from its checkpoint with the same records and the same bits", async () => {
  const [whole] = (await runAll([long], await folder())).results;
  const directory = await folder();
  const controller = new AbortController();
  await expect(
    runAll([long], directory, {
      signal: controller.signal,
      onProgress: ({ running }) => {
        if ((running[0]?.step ?? 0) > 1200) controller.abort(new Error("enough"));
      },
    }),
  ).rejects.toThrow("enough");
  // it stopped where it was, not at its end
  expect(await readdir(join(directory, "checkpoints"))).toEqual([`${configHash(long)}.checkpoint`]);

  const shares: PoolProgress[] = [];
  const { results, events } = await runAll([long], directory, {
    onProgress: (progress) => shares.push(progress),
  });
  // what the checkpoint brought in is told from what is done here, from the first word of the run on
  const begun = shares.filter(({ share }) => share > 0);
  for (const { share, resumedShare } of begun) {
    expect(resumedShare).toBeGreaterThan(1200 / long.steps);
    expect(share).toBeGreaterThanOrEqual(resumedShare);
  }
  expect(begun[0].share).toBeLessThan(1);
  const finished = events.find(({ event }) => event === "finished");
  expect(finished).toMatchObject({ resumedFrom: expect.any(Number) });
  expect((finished as { resumedFrom: number }).resumedFrom).toBeGreaterThan(1200);
  expect(results.map(essence)).toEqual([essence(whole)]);
  expect(await readdir(directory)).toEqual(["journal.ndjson"]);
});

test("a long run whose process is killed goes on from its last checkpoint on disk", async () => {
  const [whole] = (await runAll([long], await folder())).results;
  const directory = await folder();
  const child = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `import { sweep } from ${JSON.stringify(new URL("../../dist/sweep.js", import.meta.url).href)};
     const options = { journal: ${JSON.stringify(directory)}, checkpointEvery: 200 };
     for await (const _ of sweep({ base: ${JSON.stringify(long)} }, options));`,
  ]);
  // one right behind the record of step 0 may come first
  const kept = join(directory, "checkpoints", `${configHash(long)}.checkpoint`);
  const stepKept = async () => {
    const checkpoint = await readCheckpoint(kept);
    return checkpoint ? decodeSnapshot(checkpoint.snapshot).state.step : 0;
  };
  while ((await stepKept()) === 0) await sleep(10);
  child.kill("SIGKILL");
  await once(child, "exit");
  const { results, events } = await runAll([long], directory);
  const finished = events.find(({ event }) => event === "finished");
  expect((finished as { resumedFrom: number }).resumedFrom).toBeGreaterThan(0);
  expect(results.map(essence)).toEqual([essence(whole)]);
  expect(await readdir(directory)).toEqual(["journal.ndjson"]);
});

test("checkpoints taken all the time, at evaluations and between them, change no bit", async () => {
  const configs = [5, 64, 10_000].map((evaluateEvery) =>
    parseConfig({ vocabSize: 60, embeddingDim: 9, steps: 700, evaluateEvery, norm: "rmsnorm" }),
  );
  const whole = await runAll(configs, await folder());
  const often = await runAll(configs, await folder(), { checkpointEvery: 0 });
  const sorted = (results: RunResult[]) => results.map(essence).sort((a, b) => (a.run < b.run ? -1 : 1));
  expect(sorted(often.results)).toEqual(sorted(whole.results));
});

test("a run that is stopped right behind its first record has no record twice", async () => {
  const slow = parseConfig({ vocabSize: 2000, embeddingDim: 100, steps: 300, evaluateEvery: 130 });
  const [whole] = (await runAll([slow], await folder())).results;
  expect(whole.records.map(({ step }) => step)).toEqual([0, 130, 260, 300]);
  const directory = await folder();
  const checkpoint = join(directory, "checkpoints", `${configHash(slow)}.checkpoint`);
  const controller = new AbortController();
  // the first one is taken at step 0, the next not before ten times as long
  const watch = setInterval(() => existsSync(checkpoint) && controller.abort(new Error("enough")), 2);
  const { signal } = controller;
  await expect(runAll([slow], directory, { signal, checkpointEvery: 0 })).rejects.toThrow("enough");
  clearInterval(watch);
  expect((await runAll([slow], directory)).results.map(essence)).toEqual([essence(whole)]);
});

test("a checkpoint right behind the record of step 0 goes on from it; one of other bits begins anew", async () => {
  const first = await readFile(join(import.meta.dirname, "../fixtures/version-0.1/step-0.snapshot"));
  for (const old of [true, false]) {
    const { config } = decodeSnapshot(first);
    const [whole] = (await runAll([config], await folder())).results;
    const directory = await folder();
    const trainer = await createTrainer(config);
    const { value: record } = await trainer.run().next();
    const bitsRevision = old ? undefined : ours;
    const header = { bitsRevision, records: [record as TrainingRecord], seconds: 1000, stepSeconds: 0 };
    const path = join(directory, "checkpoints", `${configHash(config)}.checkpoint`);
    await writeCheckpoint(path, header, old ? first : await trainer.snapshot());
    trainer.dispose();
    const [result] = (await runAll([config], directory)).results;
    expect(essence(result)).toEqual(essence(whole));
    // the time before is that of the checkpoint, where it was used
    expect(result.seconds > 1000).toBe(!old);
  }
});

test("a damaged checkpoint, or that of another run, is passed over", async () => {
  const directory = await folder();
  const small = parseConfig({ vocabSize: 20, embeddingDim: 3, steps: 50 });
  await mkdir(join(directory, "checkpoints"));
  await writeFile(join(directory, "checkpoints", `${configHash(small)}.checkpoint`), "x".repeat(500));
  await writeFile(join(directory, "checkpoints", "half.partial"), "x");
  const half = `${configHash(small)}.checkpoint.partial`;
  await writeFile(join(directory, "checkpoints", half), '\x20\0\0\0{"records":[{"st');
  const { results, events } = await runAll([small], directory);
  expect(events.at(-1)).toMatchObject({ event: "finished", resumedFrom: 0 });
  expect(results[0].records.at(-1)?.step).toBe(50);
  // what is ours is tidied, what is not stays
  expect((await readdir(join(directory, "checkpoints"))).sort()).toEqual(
    [`${configHash(small)}.checkpoint`, "half.partial"].sort(),
  );
});

test("runs wait while memory is short, and one too large for it runs by itself", async () => {
  const configs = sweepConfigs({ base: { vocabSize: 50, embeddingDim: 20, steps: 20_000 }, seeds: 6 });
  const most = async (memory?: number) => {
    let together = 0;
    const onProgress = ({ running }: PoolProgress) => {
      together = Math.max(together, running.filter(Boolean).length);
    };
    let count = 0;
    for await (const _ of runPool(configs, { threads: 3, memory, onProgress })) count++;
    expect(count).toBe(6);
    return together;
  };
  expect(await most()).toBe(3);
  expect(await most(1)).toBe(1);
});

test("the longest run starts first", async () => {
  const configs = sweepConfigs({
    base: { vocabSize: 30, embeddingDim: 4 },
    axes: { steps: [10, 4000, 100, 1000] },
  });
  const started: number[] = [];
  for await (const _ of runPool(configs, {
    threads: 1,
    onEvent: (event) => event.event === "started" && started.push(event.config.steps),
  }));
  expect(started).toEqual([4000, 1000, 100, 10]);
});

test("a changed sweep runs what is new and touches nothing else", async () => {
  const directory = await folder();
  const base = { vocabSize: 12, embeddingDim: 3, steps: 30 };
  await runAll(sweepConfigs({ base, seeds: 3 }), directory);
  const before = await readFile(join(directory, "journal.ndjson"));
  const { events, results } = await runAll(
    sweepConfigs({ base, axes: { learningRate: [0.001, 0.01] }, seeds: 3 }),
    directory,
  );
  expect(events.filter(({ event }) => event === "finished")).toHaveLength(3);
  expect(results).toHaveLength(6);
  const after = await readFile(join(directory, "journal.ndjson"));
  expect(after.subarray(0, before.length).equals(before)).toBe(true);
});

test("one long run at the tail is shared by idle threads, with the same bits", async () => {
  const heavy = parseConfig({ vocabSize: 3000, embeddingDim: 64, steps: 300, evaluateEvery: 150 });
  const small = sweepConfigs({ base: { vocabSize: 10, embeddingDim: 2, steps: 10 }, seeds: 3 });
  const alone = (await runAll([heavy], await folder(), { threads: 1 })).results;
  const shared = (await runAll([heavy, ...small], await folder(), { threads: 3 })).results;
  const withoutBytes = ({ bytes: _, ...rest }: ReturnType<typeof essence>) => rest;
  const tail = shared.filter(({ run }) => run === configHash(heavy));
  expect(tail.map(essence).map(withoutBytes)).toEqual(alone.map(essence).map(withoutBytes));
  // room for more threads is the trace that sharing leaves
  expect(tail[0].bytes).toBeGreaterThan(alone[0].bytes);
});
