/** --vary: a field by any of its names, its values as its flag takes them. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseVary } from "../../src/cli/vary.js";
import type { RunConfig } from "../../src/config.js";
import { canonicalSweep } from "../../src/sweep/description.js";
import { sweepConfigs } from "../../src/sweep/grid.js";
import { unigramLab } from "./commandLine.js";

describe("names and values", () => {
  test.each<[string, string, unknown]>([
    ["exponent=0.5,1", "distribution.exponent", [0.5, 1]],
    ["distribution.exponent=0.5", "distribution.exponent", [0.5]],
    ["weight-decay=0.1", "optimizer.weightDecay", [0.1]],
    ["weightDecay=0.1", "optimizer.weightDecay", [0.1]],
    ["lr=warmup:5:1", "learningRate", [expect.objectContaining({ kind: "piecewise-linear" })]],
    ["optimizer=adam,sgd", "optimizer", [{ kind: "adam" }, { kind: "sgd" }]],
    [
      'optimizer={"kind":"sgd","momentum":0.9},sign',
      "optimizer",
      [{ kind: "sgd", momentum: 0.9 }, { kind: "sign" }],
    ],
    ["optimizer.kind=adam,sgd", "optimizer.kind", ["adam", "sgd"]],
    ["evaluate-at=log", "evaluateAt", [{ kind: "log" }]],
    ["norm=none,rmsnorm", "norm", ["none", "rmsnorm"]],
    ["tied=true,false", "tied", [true, false]],
    ["interventions=5:reset-moments", "interventions", [[{ step: 5, kind: "reset-moments" }]]],
    // deeper than any flag
    ["learningRate.from=0.1,1", "learningRate.from", [0.1, 1]],
    ["exponent=linear:0:2:3", "distribution.exponent", { kind: "linear", from: 0, to: 2, count: 3 }],
  ])("%s", (text, path, values) => {
    expect(parseVary(text)).toEqual([path, values]);
  });

  test("an object of the kind that the base has keeps its numbers, as with flags", () => {
    const base = { optimizer: { kind: "sgd", momentum: 0.9 } };
    expect(parseVary("optimizer=adam,sgd", base)[1]).toEqual([{ kind: "adam" }, base.optimizer]);
  });

  test.each([
    ["colour=1", "--vary colour: unknown field"],
    ["vocab-size=log:1.5:10:3", "--vary vocab-size: expected whole numbers as ends, got 1.5 and 10"],
    ["exponent=x:1", '--vary exponent: expected numbers, words or JSON between commas, got "x:1"'],
  ])("%s is refused", (text, message) => {
    expect(() => parseVary(text)).toThrow(message);
  });
});

describe("between two ends", () => {
  const sizes = (axes: Record<string, never>) => sweepConfigs({ axes }).map(({ vocabSize }) => vocabSize);

  test("a field of whole numbers takes whole numbers, each run once", () => {
    const vary = (text: string) => sizes(Object.fromEntries([parseVary(text)]) as never);
    expect(vary("vocabSize=log:10:1000:4")).toEqual([10, 46, 215, 1000]);
    expect(vary("vocab-size=log:1:4:9")).toEqual([1, 2, 3, 4]);
    expect(vary("vocab-size=linear:1:4:3")).toEqual([1, 3, 4]);
  });

  test("in files too, also where two axes change together; other fields stay as they are", () => {
    const space = { kind: "log", from: 10, to: 1000, count: 4 } as const;
    const zip = [{ vocabSize: space, learningRate: space }];
    const runs = sweepConfigs({ zip }).map(({ vocabSize, learningRate }) => [vocabSize, learningRate]);
    expect(runs).toEqual([
      [10, 10],
      [46, 46.4158883361],
      [215, 215.443469003],
      [1000, 1000],
    ]);
    // a list is the same sweep
    expect(canonicalSweep({ axes: { vocabSize: space } })).toEqual(
      canonicalSweep({ axes: { vocabSize: [10, 46, 215, 1000] } }),
    );
  });
});

describe("on the command line", () => {
  const planned = async (...args: string[]): Promise<RunConfig[]> => {
    const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    const base = { vocabSize: 7, optimizer: { kind: "adam", beta1: 0.5 } };
    await writeFile(join(dir, "base.json"), `\ufeff${JSON.stringify(base)}`);
    await writeFile(join(dir, "sweep.json"), '{"base": {}, "axes": {"steps": [1, 2]}}');
    await writeFile(join(dir, "axes.json"), '{"axes": {"steps": [1, 2]}}');
    const { stdout, stderr, code } = await unigramLab(["sweep", "--dry-run", "--json", ...args], dir);
    if (code !== 0) throw new Error(stderr.trim());
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).config);
  };

  test("a config is the base as train takes it: flags win, axes vary it", async () => {
    const runs = await planned("--config", "base.json", "--steps", "5", "--vary", "optimizer=adam,sgd");
    expect(runs).toMatchObject([
      { vocabSize: 7, steps: 5, optimizer: { kind: "adam", beta1: 0.5 } },
      { vocabSize: 7, steps: 5, optimizer: { kind: "sgd" } },
    ]);
    expect(await planned("--config", "base.json")).toHaveLength(1);
    expect(await planned("axes.json", "--config", "base.json")).toMatchObject([
      { steps: 1, vocabSize: 7 },
      { steps: 2, vocabSize: 7 },
    ]);
  });

  test("two bases, or one field by two names, are refused", async () => {
    await expect(planned("sweep.json", "--config", "base.json")).rejects.toThrow(
      "error: --config: expected a sweep without a base, got sweep.json, which has its own",
    );
    await expect(planned("--vary", "exponent=1", "--vary", "distribution.exponent=2")).rejects.toThrow(
      "error: --vary distribution.exponent: expected once, got it twice",
    );
    await expect(planned("--exponent", "1", "--vary", "distribution.exponent=2")).rejects.toThrow(
      "error: --exponent: expected a field that is set once, got distribution.exponent too",
    );
  });

  test("every flag of a config that train takes, sweep takes as well", async () => {
    const [train, sweep] = await Promise.all(
      ["train", "sweep"].map(async (command) => (await unigramLab([command, "--help"])).stdout),
    );
    const flags = [...train.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag]) => flag);
    const own = ["--resume", "--snapshot", "--force", "--verbose"];
    expect(flags.length).toBeGreaterThan(30);
    for (const flag of flags.filter((flag) => !own.includes(flag))) expect(sweep).toContain(`  ${flag}`);
  });
});
