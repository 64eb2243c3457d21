/** What a sweep shows while it runs. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasTerminal, onTerminal, screenOf } from "./terminal.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));

test.skipIf(!hasTerminal)(
  "runs by what varies, the best of an equal V, and nothing that outlives them",
  async () => {
    const axes = ["learningRate=0.01,1e30", "vocabSize=50,200", "embeddingDim=7"];
    // so many that some sound ones end while others still run
    const { written, exit } = onTerminal(
      [
        "sweep",
        ...axes.flatMap((axis) => ["--vary", axis]),
        "--optimizer",
        "sgd",
        "--steps",
        "20000",
        "--seeds",
        "5",
        "--threads",
        "2",
      ],
      await folder(),
    );
    expect(await exit).toBe(0);
    const text = written();
    expect(text).toMatch(/█+░* \d+% {2}\d+\/20 runs {2}(\d+|-):\S\S left/);
    expect(text).toMatch(/step \d+ of 20000, lr (0\.01|1e\+30), V (50|200), seed [0-4]/);
    expect(text).toMatch(/last +: diverged at step \d+, lr 1e\+30, V (50|200), seed [0-4]/);
    const best = [...text.matchAll(/best of V (\d+): excess loss \S+, lr (\S+), V (\d+), seed [0-4]/g)];
    expect(best.length).toBeGreaterThan(0);
    for (const [, of, rate, size] of best) {
      expect(rate).toBe("0.01");
      expect(size).toBe(of);
    }
    const screen = screenOf(text).join("\n").trimEnd().split("\n");
    expect(screen).toEqual([
      "20 runs on 2 threads",
      "20 of 20 runs in unigram-lab-sweep/runs.parquet",
      "unigram-lab best unigram-lab-sweep and unigram-lab report unigram-lab-sweep show it",
    ]);
  },
);
