/** Sweeps on a GPU: as single runs, through a lost device, from the command line. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { webgpu } from "../../src/backend/webgpu/index.js";
import { createTrainer, type RunConfigInput } from "../../src/index.js";
import { readCheckpoint } from "../../src/sweep/checkpoint.js";
import {
  Journal,
  type PoolEvent,
  type RunResult,
  runPool,
  type SweepDescription,
  SweepPlan,
  sweep,
} from "../../src/sweep/index.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { testGpu } from "./devices.js";
import { WatchedGpu } from "./watchedGpu.js";

const gpu = await testGpu();
const backend = webgpu({ gpu, allowFallbackAdapter: true });
const base: RunConfigInput = {
  vocabSize: 24,
  embeddingDim: 6,
  batchSize: 20,
  steps: 30,
  evaluateEvery: 10,
  arithmetic: "relaxed",
};
const description: SweepDescription = {
  base,
  axes: { learningRate: [0.01, 0.1], embeddingDim: [6, 9] },
};

const collect = async (runs: AsyncIterable<RunResult>): Promise<RunResult[]> => {
  const results: RunResult[] = [];
  for await (const result of runs) results.push(result);
  return results.sort((a, b) => (a.run < b.run ? -1 : 1));
};
const essence = (results: RunResult[]) =>
  results.map(({ run, records, computedBy, finalEmbedding }) => ({
    run,
    records,
    computedBy,
    finalEmbedding,
  }));

/** The built command line, which finds the peer. */
const unigramLab = (args: string[], cwd: string) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
    const env = { ...process.env, NODE_OPTIONS: `--import=${at("withPeer.mjs")}` };
    execFile(process.execPath, [at("../../dist/cli.js"), ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });

describe.skipIf(!gpu)("a sweep on a GPU", () => {
  test("its runs are as by themselves, and the same when repeated", async () => {
    const first = await collect(sweep(description, { backend }));
    expect(first).toHaveLength(4);
    expect(essence(await collect(sweep(description, { backend })))).toEqual(essence(first));
    const computedBy = await backend.device.computedBy();
    for (const { config, records, computedBy: own } of first) {
      expect(own).toEqual(computedBy);
      const reference = await createTrainer(config, { backend: "reference" });
      let i = 0;
      for await (const { loss } of reference.run())
        expect(Math.abs((records[i++].loss as number) - (loss as number))).toBeLessThan(
          2e-4 * (loss as number),
        );
      expect(records).toHaveLength(i);
    }
  });

  test("a device that is destroyed in mid-sweep: nothing is lost, and nothing is recorded that was not computed", async () => {
    const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    const own = new WatchedGpu(gpu!);
    const journal = await Journal.open(dir);
    const events: PoolEvent[] = [];
    let destroyed = false;
    const plan = new SweepPlan({ base: { ...base, steps: 150, evaluateEvery: 20 }, seeds: 3 });
    const destroyBehindCheckpoint = async () => {
      for (const run of plan.runs) {
        const found = await readCheckpoint(join(dir, "checkpoints", `${run}.checkpoint`));
        if (destroyed || !found || decodeSnapshot(found.snapshot).state.step === 0) continue;
        destroyed = true;
        own.lose();
      }
    };
    const results = await collect(
      runPool(plan, {
        backend: webgpu({ gpu: own.gpu, allowFallbackAdapter: true }),
        journal,
        checkpointEvery: 0,
        onEvent: (event) => events.push(event),
        onProgress: () => void destroyBehindCheckpoint(),
      }),
    );
    await journal.close();
    expect(destroyed).toBe(true);
    expect(own.devices).toBe(2);
    const lost = events.filter(({ event }) => event === "lost");
    expect(lost).toHaveLength(1);
    expect(events.filter(({ event }) => ["retried", "failed", "skipped"].includes(event))).toEqual([]);
    expect(results).toHaveLength(3);
    const resumed = events.flatMap((event) => (event.event === "finished" ? [event.resumedFrom] : []));
    expect(Math.max(...resumed)).toBeGreaterThan(0);
    expect(essence(results)).toEqual(essence(await collect(runPool(plan, { backend }))));
  });

  test("from the command line: what computes, how runs are grouped, where it goes on, who computed", async () => {
    const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    const flags =
      "--vocab-size 12 --embedding-dim 3 --batch-size 8 --steps 6 --evaluate-every 3 --seeds 3".split(" ");
    const args = ["sweep", ...flags, "--vary", "learningRate=0.01,0.1", "--backend", "webgpu", "--out", "s"];
    const refused = await unigramLab(args, dir);
    const { adapter } = await backend.device.computedBy();
    if (/swiftshader|llvmpipe/i.test(adapter)) {
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(
        /^error: --backend: expected a GPU, got .*\(--allow-fallback-adapter takes it\)\n$/m,
      );
    }
    const allowed = [...args, "--allow-fallback-adapter"];
    const dry = await unigramLab([...allowed, "--dry-run"], dir);
    expect(dry.code).toBe(0);
    expect(dry.stderr).toMatch(/group 1: \d+ runs of V 12, D 3, B 8, up to \d+ together\n/);
    const { code, stderr } = await unigramLab(allowed, dir);
    expect(stderr).toContain("webgpu on ");
    expect(stderr).toContain("6 of 6 runs in s/runs.parquet");
    expect(code).toBe(0);
    expect((await unigramLab(allowed, dir)).stderr).toContain("6 of them finished before");
    const status = await unigramLab(["status", "s", "--json"], dir);
    expect(JSON.parse(status.stdout).computedBy).toEqual([
      { ...(await backend.device.computedBy()), runs: 6 },
    ]);
    await unigramLab(["export", "s", "--out", "r.csv"], dir);
    expect(await readFile(join(dir, "r.csv"), "utf8")).toMatch(/^run,backend,adapter,driver,step,/);
    const train = await unigramLab(
      ["train", "--steps", "2", "--backend", "webgpu", "--allow-fallback-adapter", "--json"],
      dir,
    );
    expect(JSON.parse(train.stdout.split("\n")[0])).toMatchObject({ backend: "webgpu" });
  });
});
