/** Where a run is, beside its records. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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
    // the same as without a terminal
    expect(`${screen}\n`).toBe((await unigramLab(run, dir)).stdout);
  });

  test("--json has no such line", async () => {
    const { written, exit } = onTerminal([...run, "--json"], await folder());
    expect(await exit).toBe(0);
    for (const line of written().trim().split("\r\n")) expect(JSON.parse(line)).toHaveProperty("loss");
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
    expect(last).toMatch(/^interrupted: step \d+ of 20000/);
  });
});
