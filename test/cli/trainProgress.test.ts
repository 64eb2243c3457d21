/** Where a run is, beside its records. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { trainProgress } from "../../src/cli/trainProgress.js";
import { unigramLab } from "./commandLine.js";
import { hasTerminal, onTerminal, screenOf } from "./terminal.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
/** Some tenths of a second of computing at least. */
const run = ["train", "--vocab-size", "500", "--steps", "1500", "--evaluate-every", "500", "--threads", "1"];

describe.skipIf(!hasTerminal)("on a terminal", () => {
  test("a line tells step, loss and time left, and leaves nothing but the records behind", async () => {
    const dir = await folder();
    const { written, exit } = onTerminal(run, dir);
    expect(await exit).toBe(0);
    expect(written()).toMatch(/█░+ {2}step \d+ of 1500, train loss \d\.\d{4}, (\d+|-):\S\S left/);
    const screen = screenOf(written()).join("\n").trimEnd();
    // the same as without a terminal, where a slow machine says a line more
    const { stdout, stderr } = await unigramLab(run, dir);
    expect(screen).toBe(stdout + stderr.trimEnd().split("\n").at(-1));
  });

  test("--json has no such line", async () => {
    const { written, exit } = onTerminal([...run, "--json"], await folder());
    expect(await exit).toBe(0);
    const lines = written().trim().split("\r\n");
    expect(lines.pop()).toMatch(/^final weights [0-9a-f]{64} \(sha256\)$/);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("loss");
  });

  test("Ctrl-C leaves what it says on a line of its own", async () => {
    const { written, exit, interrupt } = onTerminal(
      ["train", "--vocab-size", "1000", "--steps", "20000"],
      await folder(),
    );
    while (!/step [1-9]\d* of/.test(written())) await new Promise((resolve) => setTimeout(resolve, 20));
    interrupt();
    expect(await exit).toBe(130);
    const last = screenOf(written()).join("\n").trimEnd().split("\n").at(-1);
    // a terminal may echo the keys
    expect(last).toMatch(/^(\^C)?interrupted: step \d+ of 20000/);
  });
});

test("elsewhere it is a line every five seconds, and none of a run that takes less", () => {
  const clock = vi.spyOn(performance, "now");
  const said: string[] = [];
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  try {
    clock.mockReturnValue(1000);
    const progress = trainProgress(100, 1100);
    for (const [seconds, step] of [
      [1, 200],
      [4.9, 500],
      [5.1, 600],
      [9, 800],
      [10.2, 1000],
    ]) {
      clock.mockReturnValue(1000 + 1000 * seconds);
      progress.update(step, 2.5);
      progress.clear();
    }
  } finally {
    stderr.mockRestore();
    clock.mockRestore();
  }
  // steps before the one that it went on from took no time here
  expect(said).toEqual([
    "step 600 of 1100, train loss 2.5000, 0:05 left\n",
    "step 1000 of 1100, train loss 2.5000, 0:01 left\n",
  ]);
});
