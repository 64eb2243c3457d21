/** A machine without memory, descriptors or threads: no run's fault, nothing is recorded, and nothing waits for ever. */
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { configHash } from "../../src/config.js";
import {
  FailedRuns,
  Journal,
  type PoolEvent,
  type PoolOptions,
  runPool,
  sweepConfigs,
} from "../../src/sweep/index.js";
import { cli } from "../cli/commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const runs = (seeds: number[]) => sweepConfigs({ base: { vocabSize: 9, embeddingDim: 4, steps: 20 }, seeds });

async function attempt(seeds: number[], options: PoolOptions = {}, directory?: string) {
  const at = directory ?? (await folder());
  const journal = await Journal.open(at);
  const events: PoolEvent[] = [];
  let error: unknown;
  try {
    const all = { threads: 4, ...options, journal, onEvent: (event: PoolEvent) => events.push(event) };
    for await (const _ of runPool(runs(seeds), all));
  } catch (thrown) {
    error = thrown;
  }
  const state = { finished: journal.runs, failed: journal.failedRuns };
  await journal.close();
  const of = <K extends PoolEvent["event"]>(kind: K) =>
    events.filter((event): event is Extract<PoolEvent, { event: K }> => event.event === kind);
  return { directory: at, error, of, ...state };
}

test("with memory for one run the runs go one after another, and all are done", async () => {
  const { error, of, finished, failed } = await attempt([0, 1, 2, 6, 7, 8], {
    workerFile: beside("narrowWorker.mjs"),
  });
  expect(error).toBeUndefined();
  expect(finished).toHaveLength(6);
  expect(failed).toEqual([]);
  expect(of("slowed").length).toBeGreaterThan(0);
  expect(of("slowed").at(-1)?.atOnce).toBe(1);
  expect(of("retried")).toEqual([]);
});

test("a run that does not fit alone is skipped and named with its bytes, the others finish, the next call tries it again", async () => {
  const first = await attempt([0, 1, 2, 3, 6], { workerFile: beside("narrowWorker.mjs") });
  const [big] = runs([3]).map(configHash);
  expect(first.error).toBeInstanceOf(FailedRuns);
  expect(first.error).toMatchObject({ count: 0, failures: [], skippedCount: 1 });
  expect((first.error as Error).message).toMatch(
    new RegExp(
      `^run ${big} was skipped, it takes \\d+ bytes of memory with its thread: this run takes 5 bytes`,
    ),
  );
  expect(first.of("skipped")).toMatchObject([{ run: big, bytes: expect.any(Number) }]);
  expect(first.finished).toHaveLength(4);
  expect(first.failed).toEqual([]);
  const second = await attempt([0, 1, 2, 3, 6], {}, first.directory);
  expect(second.error).toBeUndefined();
  expect(second.of("finished").map(({ run }) => run)).toEqual([big]);
});

test("a run that WebAssembly cannot hold is a failure of its own, not a shortage", async () => {
  const config = sweepConfigs({ base: { vocabSize: 50_000, embeddingDim: 20_000, steps: 0, tied: false } });
  await expect(runPool(config, { threads: 1 }).next()).rejects.toThrow("WebAssembly has 4294901760 at most");
});

test("a shortage of descriptors slows the sweep; one that stays stops it, records nothing, and the same runs go on later", async () => {
  const slowed = await attempt([0, 1, 4, 6], { workerFile: beside("narrowWorker.mjs") });
  expect(slowed.error).toBeUndefined();
  expect(slowed.finished).toHaveLength(4);

  const stopped = await attempt([5, 0], { workerFile: beside("narrowWorker.mjs"), threads: 1 });
  expect((stopped.error as Error).message).toBe(
    "the machine cannot go on (EMFILE: too many open files); what is finished is kept, the same command goes on once it can",
  );
  expect(stopped.failed).toEqual([]);
  const later = await attempt([5, 0], {}, stopped.directory);
  expect(later.error).toBeUndefined();
  expect(later.finished).toHaveLength(2);
});

test.each([
  ["a worker that is not there", "noSuchWorker.mjs"],
  ["one that ends before it begins", "endingWorker.mjs"],
])("%s stops the sweep and is no run's failure", async (_, file) => {
  const { error, failed, finished } = await attempt([0, 1, 2], { workerFile: beside(file) });
  expect((error as Error).message).toMatch(/^the machine cannot go on \(/);
  expect([failed, finished]).toEqual([[], []]);
});

/** The sweep below a limit of the shell's. */
const limited = (limit: string, dir: string): Promise<{ code: number; stderr: string }> =>
  new Promise((resolve) => {
    const args = ["--vary", "vocabSize=20,30,40", "--vary", "embeddingDim=5", "--vary", "steps=50"];
    const command = `ulimit ${limit} && exec "$0" "$@"`;
    const sweep = [cli, "sweep", ...args, "--threads", "3", "--out", "swept"];
    execFile("sh", ["-c", command, process.execPath, ...sweep], { cwd: dir }, (error, _, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stderr }),
    );
  });
const linux = process.platform === "linux";

test.skipIf(!linux).each([
  // WebAssembly maps 10 GiB a run: none has room, or no thread has
  ["-v 8000000", /run [0-9a-f]{16} was skipped, it takes \d+ bytes .*ulimit -v leaves/],
  ["-v 1600000", /^error: the machine cannot go on \(a thread takes 1073741824 bytes of addresses/m],
])(
  "ulimit %s: one clear line, nothing recorded, and the same command goes on without it",
  async (limit, line) => {
    const dir = await folder();
    const { code, stderr } = await limited(limit, dir);
    expect(stderr).toMatch(line);
    expect(stderr.match(/^error/gm)).toHaveLength(1);
    expect(code).toBe(1);
    const journal = await Journal.read(join(dir, "swept"));
    expect([journal.runs, journal.failedRuns]).toEqual([[], []]);
    await journal.close();
    expect(await limited("-c 0", dir)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("3 of 3 runs in"),
    });
  },
);

test.skipIf(!linux)(
  "few descriptors: fewer runs at once or one clear line, and never a failure of a run",
  async () => {
    // which of the two depends on what Node itself holds open
    for (const most of [23, 24, 26, 28]) {
      const dir = await folder();
      const { code, stderr } = await limited(`-n ${most}`, dir);
      expect(stderr).toMatch(code === 0 ? /3 of 3 runs in/ : /EMFILE/);
      const journal = await Journal.read(join(dir, "swept")).catch(() => undefined);
      expect(journal?.failedRuns ?? []).toEqual([]);
      await journal?.close();
      expect((await limited("-c 0", dir)).stderr).toContain("3 of 3 runs in");
    }
  },
);

test.skipIf(!linux)("ulimit -v with room for one run at a time: all are done", async () => {
  const { code, stderr } = await limited("-v 15000000", await folder());
  expect(stderr).toContain("3 of 3 runs in");
  expect(code).toBe(0);
});
