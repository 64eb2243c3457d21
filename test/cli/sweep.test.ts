/** The sweep as a process: signals, a second process, failures, a full disk. */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { cli, unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Some minutes of computing. */
const long = [
  "sweep",
  "--vary",
  "vocabSize=2000",
  "--vary",
  "steps=20000,30000",
  "--seeds",
  "2",
  "--out",
  "swept",
];

function start(args: string[], cwd: string) {
  const child = spawn(process.execPath, [cli, ...args], { cwd });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
  /** Once a run is in the middle of its steps: the last line of status that says so. */
  const running = async (): Promise<string> => {
    for (;;) {
      const { stdout } = await unigramLab(["status", "swept"], cwd);
      if (/: step [1-9]\d* of /.test(stdout)) return stdout;
      await sleep(50);
    }
  };
  return { child, exit, running, stderr: () => stderr };
}

test("Ctrl-C checkpoints what runs, status tells while it runs, a second process is refused", async () => {
  const dir = await folder();
  const { child, exit, running, stderr } = start(long, dir);
  const status = await running();
  expect(status).toMatch(/^0 of 4 runs finished \(0 of them diverged\), 0 failed\nprocess \d+ is running, /);
  expect(status).toContain(`process ${child.pid} is running`);
  expect(status).toMatch(/run [0-9a-f]{16}: step \d+ of [23]0000/);
  const second = await unigramLab(long, dir);
  expect(second.code).toBe(2);
  expect(second.stderr).toMatch(
    new RegExp(
      `^error: swept: expected a directory that no other process writes to, process ${child.pid} on .* does\n$`,
    ),
  );
  child.kill("SIGINT");
  expect(await exit).toBe(130);
  // a run takes minutes: none was waited for, each that ran has its checkpoint, and the lock is let go
  expect(stderr()).toContain(
    "interrupted: 0 of 4 runs are finished and kept; the same command goes on from there",
  );
  const checkpoints = await readdir(join(dir, "swept/checkpoints"));
  for (const [, run] of status.matchAll(/run ([0-9a-f]{16}): step [1-9]/g))
    expect(checkpoints).toContain(`${run}.checkpoint`);
  expect((await readdir(join(dir, "swept"))).filter((name) => name.startsWith("lock"))).toEqual([]);
  expect((await unigramLab(["status", "swept"], dir)).stdout).toContain(
    "no process of this machine writes here now",
  );
});

test("a second Ctrl-C stops at once", async () => {
  const dir = await folder();
  const { child, exit, running } = start(long, dir);
  await running();
  child.kill("SIGINT");
  child.kill("SIGTERM");
  expect(await exit).toBe(130);
  // the lock goes with the process
  const again = await unigramLab(
    ["sweep", "--vary", "vocabSize=5", "--vary", "steps=5", "--out", "swept", "--add"],
    dir,
  );
  expect(again.code).toBe(0);
});

test("a run that cannot be done is recorded, the others are done, the exit code is 1 until it works", async () => {
  const dir = await folder();
  const args = [
    "sweep",
    "--vary",
    "vocabSize=10,1000000",
    "--vary",
    "embeddingDim=2000",
    "--vary",
    "steps=3",
    "--out",
    "swept",
  ];
  const first = await unigramLab(args, dir);
  expect(first.code).toBe(1);
  const lines = first.stderr.trim().split("\n");
  expect(lines.at(-1)).toMatch(
    /^error: 1 of 2 runs failed; --retry-failed tries them again; run [0-9a-f]{16}: vocabSize × embeddingDim: this run takes/,
  );
  expect(first.stderr).toContain("it is tried again");
  expect(first.stderr).toContain("1 of 2 runs in swept/runs.parquet");
  const second = await unigramLab([...args, "--json"], dir);
  expect(second.code).toBe(1);
  expect(second.stdout).toBe("");
  const third = await unigramLab([...args, "--json", "--retry-failed"], dir);
  expect(
    third.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).event),
  ).toEqual(["started", "retried", "started", "failed"]);
  const status = await unigramLab(["status", "swept"], dir);
  expect(status.stdout).toMatch(/1 of 2 runs finished .*, 1 failed\n[\s\S]*failed: vocabSize × embeddingDim/);
});

test("sweeps find the runs of reproduce", async () => {
  const dir = await folder();
  const reproduce = await unigramLab(
    ["reproduce", "embedding-1d", "--quick", "--seeds", "1", "--out", "report"],
    dir,
  );
  expect(reproduce.code).toBe(0);
  const [line] = (await readFile(join(dir, "report/journal.ndjson"), "utf8")).split("\n");
  await writeFile(join(dir, "sweep.json"), JSON.stringify({ base: JSON.parse(line).result.config }));
  const { stderr } = await unigramLab(["sweep", "sweep.json", "--out", "report", "--dry-run"], dir);
  expect(stderr).toContain("1 run, nothing to run");
});

const mounts = process.platform === "linux" && process.getuid?.() === 0;
test.skipIf(!mounts)(
  "a full disk is one line and exit code 1, and the sweep goes on once there is room",
  async () => {
    const dir = await folder();
    const run = promisify(execFile);
    await run("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", dir]);
    try {
      const args = [
        "sweep",
        "--vary",
        "vocabSize=10",
        "--vary",
        "embeddingDim=2",
        "--vary",
        "steps=40",
        "--seeds",
        "200",
        "--out",
        "swept",
      ];
      const full = await unigramLab(args, dir);
      expect(full.code).toBe(1);
      const errors = full.stderr
        .trim()
        .split("\n")
        .filter((line) => line.startsWith("error"));
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatch(
        /^error: .*journal.ndjson: the disk is full \(ENOSPC\); every run that was reported finished is kept/,
      );
      const kept = (await readFile(join(dir, "swept/journal.ndjson"), "utf8")).split("\n");
      // whole lines, and behind the last of them what was torn, or nothing
      expect(kept.length).toBeGreaterThan(10);
      await run("mount", ["-o", "remount,size=64m", dir]);
      const rest = await unigramLab(args, dir);
      expect(rest.code).toBe(0);
      expect(rest.stderr).toContain(`200 runs on`);
      expect(rest.stderr).toContain(`, ${kept.length - 1} of them finished before`);
      const status = await unigramLab(["status", "swept", "--json"], dir);
      expect(JSON.parse(status.stdout)).toMatchObject({ finished: 200, failed: 0 });
      expect((await readFile(join(dir, "swept/journal.ndjson"), "utf8")).startsWith(kept.join("\n"))).toBe(
        true,
      );
    } finally {
      await run("umount", [dir]);
    }
  },
);
