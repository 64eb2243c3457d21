/** Runs as a command line, as a program and as a sweep: each is run, and has to come to the same runs. */
import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { configHash, parseConfig, type RunConfig, type RunConfigInput } from "../../src/config.js";
import { codeOf } from "../../src/fields/codeOf.js";
import { join as joined, warmup } from "../../src/schedule/constructors.js";
import { commandOf } from "../../src/sweep/commandOf.js";
import { sweepConfigs } from "../../src/sweep/grid.js";
import { sweepOf } from "../../src/sweep/sweepOf.js";
import { train } from "../../src/training/train.js";
import { unigramLab } from "../cli/commandLine.js";

const small: RunConfigInput = { vocabSize: 12, embeddingDim: 3, steps: 40, evaluateEvery: 20 };
const over = (inputs: RunConfigInput[], seeds: number[] = [0]): RunConfig[] =>
  inputs.flatMap((input) => seeds.map((seed) => parseConfig({ ...small, ...input, seed })));
const rates = [0.001, 0.003, 0.01].map((learningRate) => ({ learningRate }));

const sets: Record<string, RunConfig[]> = {
  "one run": over([{ learningRate: 0.02 }]),
  "one run of another seed": over([{}], [7]),
  "five seeds": over([{}], [0, 1, 2, 3, 4]),
  "seeds that begin elsewhere": over([{ norm: "rmsnorm" }], [3, 4, 5]),
  "rates over seeds": over(rates, [0, 1]),
  "two fields, a grid": over(
    rates.flatMap((rate) => [1, 2].map((embeddingDim) => ({ ...rate, embeddingDim }))),
  ),
  "two fields, no grid": over(
    [
      { learningRate: 0.001, embeddingDim: 1 },
      { learningRate: 0.01, embeddingDim: 2 },
    ],
    [0, 1],
  ),
  "one number of an object": over([1, 1.5].map((exponent) => ({ distribution: { kind: "zipf", exponent } }))),
  "objects of several kinds": over([
    { optimizer: { kind: "sgd", momentum: 0.9 } },
    { optimizer: { kind: "adam", beta2: 0.99 } },
  ]),
  "schedules and numbers": over([
    { learningRate: 0.01 },
    { learningRate: warmup(10, 0.01) },
    { learningRate: joined(0.001, 0.01, 20) },
  ]),
  "exact gradients beside sampled ones": over([{ gradient: "exact" }, {}]),
  "interventions beside none": over([{ interventions: [{ step: 20, kind: "reset-moments" }] }, {}]),
  words: over([{ norm: "none" }, { norm: "rmsnorm" }, { norm: "layernorm" }]),
  "tied and not": over([{ tied: true }, { tied: false }], [1, 2]),
  "vocabularies with what follows from them": over([{ vocabSize: 9 }, { vocabSize: 12_000 }]),
  "seeds of their own": [...over([{ learningRate: 0.01 }], [0, 1]), ...over([{ learningRate: 0.02 }], [5])],
};
const names = (configs: readonly RunConfig[]): string[] => configs.map(configHash).sort();

describe("sweepOf", () => {
  test.each(Object.entries(sets))("%s, as a file, is these runs", (_, configs) => {
    const file = JSON.parse(JSON.stringify(sweepOf(configs)));
    expect(names(sweepConfigs(file))).toEqual(names(configs));
  });

  test("a grid is axes, other runs are a list", () => {
    expect(sweepOf(sets["two fields, a grid"])).toEqual({
      base: { vocabSize: 12, steps: 40, evaluateEvery: 20 },
      axes: { embeddingDim: [1, 2], learningRate: [0.001, 0.003, 0.01] },
      seeds: 1,
    });
    expect(sweepOf(sets["two fields, no grid"])).toEqual({
      base: { vocabSize: 12, steps: 40, evaluateEvery: 20 },
      zip: [{ embeddingDim: [1, 2], learningRate: [0.001, 0.01] }],
      seeds: 2,
    });
    expect(sweepOf(sets["one number of an object"]).axes).toEqual({ "distribution.exponent": [1, 1.5] });
  });

  test("what no sweep has together is refused in a line", () => {
    const evaluated = [
      ...over([{}]),
      parseConfig({ ...small, evaluateEvery: undefined, evaluateAt: { kind: "log", perDecade: 3 } }),
    ];
    expect(() => sweepOf(evaluated)).toThrow(
      /^runs: expected runs of one sweep, got some that differ in .*evaluateAt/,
    );
    expect(() => sweepOf([])).toThrow("runs: expected at least one, got none");
  });
});

describe("commandOf", () => {
  test.each(Object.entries(sets))("%s, in a shell, is these runs", async (_, configs) => {
    const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    await writeFile(join(dir, "sweep.json"), JSON.stringify(sweepOf(configs)));
    const command = commandOf(configs);
    const words = await shellWords(command);
    expect(words.shift()).toBe("unigram-lab");
    const isTrain = words[0] === "train";
    expect(isTrain).toBe(configs.length === 1);
    if (isTrain) {
      const { code, stderr } = await unigramLab([...words, "--verbose"], dir);
      expect({ code, run: /^run ([0-9a-f]{16}):/m.exec(stderr)?.[1] }).toEqual({
        code: 0,
        run: names(configs)[0],
      });
      return;
    }
    const { stdout, stderr } = await unigramLab([...words, "--dry-run", "--json"], dir);
    const runs = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).run)
      .filter(Boolean);
    expect({ runs: runs.sort(), stderr: stderr.includes("error") }).toEqual({
      runs: names(configs),
      stderr: false,
    });
  });

  test("reads as one would type it", () => {
    expect(commandOf(sets["rates over seeds"])).toBe(
      "unigram-lab sweep --vocab-size 12 --embedding-dim 3 --steps 40 --evaluate-every 20 --vary learningRate=0.001,0.003,0.01 --seeds 2",
    );
  });
});

describe("codeOf", () => {
  test.each(Object.entries(sets))("%s, in Node, prints their records", async (_, configs) => {
    const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    const library = pathToFileURL("dist/index.js").href;
    // as it would be found in node_modules
    await writeFile(join(dir, "runs.mjs"), codeOf(configs).replace('"unigram-lab"', JSON.stringify(library)));
    const { stdout } = await promisify(execFile)(process.execPath, [join(dir, "runs.mjs")], {
      maxBuffer: 1 << 26,
    });
    const expected: string[] = [];
    for (const config of configs)
      for await (const record of train(config)) expected.push(JSON.stringify(record));
    expect(stdout.trim().split("\n")).toEqual(expected);
  });

  test("says no more than it takes", () => {
    expect(codeOf(sets["rates over seeds"].slice(0, 2))).toBe(`// npm install unigram-lab
import { train } from "unigram-lab";

for (const seed of [0, 1])
  for await (const record of train({ vocabSize: 12, embeddingDim: 3, steps: 40, evaluateEvery: 20, seed }))
    console.log(JSON.stringify(record));

// for PyTorch, weights by the names that torch has for them: unigram-lab train --vocab-size 12 --embedding-dim 3 --steps 40 --evaluate-every 20 --weights run.safetensors
`);
  });
});

async function shellWords(command: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("sh", ["-c", `printf '%s\\0' ${command}`]);
  return stdout.split("\0").slice(0, -1);
}
