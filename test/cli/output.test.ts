/** An output that is closed or full ends the work as Ctrl-C does. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, open, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cli, unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const small = ["--vocab-size", "50", "--embedding-dim", "8"];

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command, reads `lines` of its stdout (or stderr) and closes that. */
const closedAfter = (lines: number, args: string[], cwd: string, name: "stdout" | "stderr" = "stdout") =>
  new Promise<Ended>((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd });
    const read = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].on("data", (text) => {
        read[stream] += text;
        if (stream === name && read[stream].split("\n").length > lines) child[stream].destroy();
      });
    child.on("close", (code) => resolve({ code, ...read }));
  });

/** Runs the command with a device as its stdout or stderr. */
async function into(device: string, args: string[], cwd: string, fd: 1 | 2 = 1): Promise<Ended> {
  const file = await open(device, "w");
  const stdio = ["ignore", "pipe", "pipe"] as (string | number)[];
  stdio[fd] = file.fd;
  const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: stdio as never });
  let text = "";
  const other = fd === 1 ? child.stderr : child.stdout;
  other?.on("data", (chunk) => {
    text += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  await file.close();
  return { code, stdout: fd === 1 ? "" : text, stderr: fd === 1 ? text : "" };
}

test("train | head: records and snapshot are kept and named, and the run goes on from there", async () => {
  const dir = await folder();
  const run = ["train", ...small, "--steps", "200000", "--evaluate-every", "50"];
  const ended = await closedAfter(2, [...run, "--out", "r.ndjson", "--snapshot", "s"], dir);
  expect(ended.stderr).toMatch(
    /^the output was closed \(EPIPE\): step \d+ of 200000, kept in r\.ndjson and s; unigram-lab train --resume s --out r\.ndjson --snapshot s goes on from there\n$/,
  );
  expect(ended.code).toBe(1);
  expect((await readdir(dir)).sort()).toEqual(["r.ndjson", "s"]);
  const rows = (await readFile(join(dir, "r.ndjson"), "utf8")).trim().split("\n");
  expect(JSON.parse(rows[0]).step).toBe(0);
});

test("sweep --json | head: what is finished is kept, the exit code says that not all is", async () => {
  const dir = await folder();
  const sweep = ["sweep", "--vary", "steps=20000,30000", "--seeds", "15", "--out", "swept"];
  const ended = await closedAfter(1, [...sweep, "--json"], dir);
  expect(ended.code).not.toBe(0);
  const kept = /: (\d+) of 30 runs are finished and kept; the same command goes on from there\n$/;
  expect(ended.stderr).toMatch(kept);
  const status = await unigramLab(["status", "swept", "--json"], dir);
  const finished = Number(kept.exec(ended.stderr)?.[1]);
  expect(JSON.parse(status.stdout)).toMatchObject({ finished, failed: 0, writer: null });
});

test("a stderr that is closed ends nothing", async () => {
  const dir = await folder();
  const run = ["train", ...small, "--steps", "50", "--verbose", "--out", "r.csv"];
  const { code, stdout } = await closedAfter(0, run, dir, "stderr");
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(3);
  expect(existsSync(join(dir, "r.csv"))).toBe(true);
});

test.skipIf(!existsSync("/dev/full"))("a full output is one line and an exit code", async () => {
  const dir = await folder();
  await unigramLab(["sweep", "--vary", "steps=10,20", "--vary", "vocabSize=5", "--out", "swept"], dir);
  const reproduce = ["reproduce", "embedding-1d", "--quick", "--seeds", "1", "--out", "report"];
  for (const [args, kept] of [
    [["train", ...small], ": step 0 of 3000"],
    [["train", ...small, "--json", "--out", "r.csv"], ": step 0 of 3000, kept in r.csv"],
    [["sweep", "--dry-run", "--vary", "steps=10,20"], ""],
    [["status", "swept"], ""],
    [["status", "swept", "--json"], ""],
    [["--help"], ""],
    [["train", "--help"], ""],
    [reproduce, ""],
    [[...reproduce, "--json"], ""],
  ] as const) {
    const { code, stderr } = await into("/dev/full", [...args], dir);
    expect(stderr).toContain(`the output cannot be written (ENOSPC)${kept}\n`);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(1);
  }
  expect(existsSync(join(dir, "report/index.html"))).toBe(true);
  const said = await into("/dev/full", ["train", ...small, "--steps", "50", "--verbose"], dir, 2);
  expect(said.code).toBe(0);
  expect(said.stdout.trim().split("\n")).toHaveLength(3);
});
