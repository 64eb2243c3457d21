/** How a directory stands while something writes there, once and again. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Journal } from "../../src/sweep/journal.js";
import { cli, unigramLab } from "./commandLine.js";
import { hasTerminal, onTerminal, screenOf } from "./terminal.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));

function start(args: string[], cwd: string) {
  const child = spawn(process.execPath, [cli, ...args], { cwd });
  let text = "";
  child.stdout.on("data", (piece) => {
    text += piece;
  });
  const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { child, exit, stdout: () => text };
}

/** Waits until something of the directory's runs is in the middle of its steps. */
async function running(directory: string, cwd: string) {
  for (;;) {
    const { stdout } = await unigramLab(["status", directory, "--json"], cwd);
    const status = stdout === "" ? undefined : JSON.parse(stdout);
    if (status?.running.some(({ step }: { step: number }) => step > 0)) return status;
    await sleep(50);
  }
}

const long = ["sweep", "--vary", "vocabSize=2000", "--vary", "steps=20000,30000", "--out", "swept"];

test("of a running reproduce: its runs in all, the time left, what each thread is at; and watched to its end", async () => {
  const dir = await folder();
  const reproduce = start(["reproduce", "--quick", "--seeds", "1", "scaling-law", "--out", "r"], dir);
  const status = await running("r", dir);
  expect(status).toMatchObject({ writer: reproduce.child.pid, failed: 0 });
  expect(status.total).toBeGreaterThan(3);
  expect(status.share).toBeGreaterThan(0);
  expect(status.secondsLeft).toBeGreaterThan(0);
  expect(status.running[0].name).toMatch(/^scaling-law: V \d+, α [\d.]+, seed 0$/);
  const watched = start(["status", "r", "--watch"], dir);
  expect(await watched.exit).toBe(0);
  expect(await reproduce.exit).toBe(0);
  const lines = watched.stdout().trimEnd().split("\n");
  expect(lines[0]).toMatch(
    new RegExp(
      `^\\d+ of ${status.total} runs finished \\(0 of them diverged\\), 0 failed; process ${reproduce.child.pid} is running, `,
    ),
  );
  expect(new Set(lines).size).toBe(lines.length);
  const end = [
    `${status.total} of ${status.total} runs finished (0 of them diverged), 0 failed`,
    "no process of this machine writes here now",
  ];
  expect(lines.slice(-2)).toEqual(end);
  expect((await unigramLab(["status", "r"], dir)).stdout.trimEnd().split("\n")).toEqual(end);
  // and the report may be made anew over its status, but over nobody else's
  const again = ["reproduce", "--quick", "--seeds", "1", "scaling-law", "--out", "r"];
  expect((await unigramLab(again, dir)).code).toBe(0);
  await writeFile(join(dir, "r/status.json"), '{"mine":true}');
  const refused = await unigramLab(again, dir);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("status.json");
  expect((await unigramLab([...again, "--force"], dir)).code).toBe(0);
  expect(JSON.parse(await readFile(join(dir, "r/status.json"), "utf8"))).toHaveProperty(
    "total",
    status.total,
  );
});

test("--watch ends with Ctrl-C as everything does", async () => {
  const dir = await folder();
  const sweep = start(long, dir);
  await running("swept", dir);
  const watched = start(["status", "swept", "--watch", "--json"], dir);
  while (watched.stdout() === "") await sleep(20);
  watched.child.kill("SIGINT");
  expect(await watched.exit).toBe(130);
  for (const line of watched.stdout().trimEnd().split("\n"))
    expect(JSON.parse(line)).toMatchObject({ writer: sweep.child.pid });
  sweep.child.kill("SIGINT");
  await sweep.exit;
});

test("what a process that was killed said of its runs is not said of the one that writes now", async () => {
  const dir = await folder();
  const journal = await Journal.open(dir);
  const running = [{ run: "0123456789abcdef", name: "lr 0.01", step: 3, steps: 9 }];
  const said = { generator: "unigram-lab 0.2.0", total: 4, share: 0.5, secondsLeft: 60, running };
  const statusOf = async (pid?: number) => {
    await writeFile(join(dir, "status.json"), JSON.stringify({ ...said, pid }));
    return JSON.parse((await unigramLab(["status", dir, "--json"])).stdout);
  };
  try {
    const now = { writer: process.pid, total: 4, share: 0.5, secondsLeft: 60, running };
    expect(await statusOf(process.pid)).toMatchObject(now);
    // earlier versions did not say who wrote it
    expect(await statusOf()).toMatchObject(now);
    expect(await statusOf(process.pid + 1)).toMatchObject({
      ...now,
      share: null,
      secondsLeft: null,
      running: [],
    });
  } finally {
    await journal.close();
  }
});

test.skipIf(!hasTerminal)("on a terminal it is redrawn in place, each line within the screen", async () => {
  const dir = await folder();
  const sweep = start(long, dir);
  await running("swept", dir);
  const columns = 50;
  const { written, exit } = onTerminal(["status", "swept", "--watch"], dir, { columns });
  const drawn = () => written().split("process ").length - 1;
  while (drawn() < 3) await sleep(50);
  const lines = screenOf(written());
  expect(lines.filter((line) => line.includes("runs finished"))).toHaveLength(1);
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  sweep.child.kill("SIGINT");
  await sweep.exit;
  expect(await exit).toBe(0);
  const last = screenOf(written()).join("\n").trimEnd().split("\n");
  expect(last).toEqual([
    "0 of 2 runs finished (0 of them diverged), 0 failed",
    "no process of this machine writes here now",
  ]);
});
