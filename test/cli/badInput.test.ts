import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ConfigError, parseConfig, type RunConfigInput } from "../../src/config.js";
import { unigramLab } from "./commandLine.js";

const part = 'a number of at least 0, { kind: "piecewise-linear", points: [[step, value], ...] }';
const cosine = '{ kind: "cosine", from, to, start, end }';
const schedule = `${part}, ${cosine} or { kind: "sequence", parts: [[step, schedule], ...] }`;

const sequence = (...parts: unknown[]) => ({ learningRate: { kind: "sequence", parts } });

const configs: [unknown, string][] = [
  [{ vocabSize: 0 }, "vocabSize: expected a whole number from 1 to 16777216, got 0"],
  [{ vocabSize: 1.5 }, "vocabSize: expected a whole number from 1 to 16777216, got 1.5"],
  [{ vocabSize: "100" }, 'vocabSize: expected a whole number from 1 to 16777216, got "100"'],
  [{ vocabSize: Number.NaN }, "vocabSize: expected a whole number from 1 to 16777216, got NaN"],
  [{ embeddingDim: 0 }, "embeddingDim: expected a whole number from 1 to 65536, got 0"],
  [{ embeddingDim: 65537 }, "embeddingDim: expected a whole number from 1 to 65536, got 65537"],
  [{ embeddingDim: null }, "embeddingDim: expected a whole number from 1 to 65536, got null"],
  [{ batchSize: 0 }, "batchSize: expected a whole number from 1 to 1048576, got 0"],
  [{ steps: -1 }, "steps: expected a whole number from 0 to 1000000000, got -1"],
  [{ evaluateEvery: 0 }, "evaluateEvery: expected a whole number from 1 to 1000000000, got 0"],
  [{ seed: -1 }, "seed: expected a whole number from 0 to 9007199254740991, got -1"],
  [{ seed: 0.5 }, "seed: expected a whole number from 0 to 9007199254740991, got 0.5"],
  [{ tied: "yes" }, 'tied: expected true or false, got "yes"'],
  [{ spectrum: 1 }, "spectrum: expected true or false, got 1"],
  [{ norm: "batchnorm" }, 'norm: expected "none" or "layernorm" or "rmsnorm", got "batchnorm"'],
  [
    { init: { kind: "uniform" } },
    'init.kind: expected { kind: "normal", std } or { kind: "unigram", noise }, got "uniform"',
  ],
  [{ init: { kind: "normal", std: -1 } }, "init.std: expected a number of at least 0, got -1"],
  [
    { optimizer: { kind: "rmsprop" } },
    'optimizer.kind: expected { kind: "adam" or "sgd" or "sign", … }, got "rmsprop"',
  ],
  [{ optimizer: { kind: "adam", beta1: 1 } }, "optimizer.beta1: expected a number from 0 to below 1, got 1"],
  [
    { optimizer: { kind: "adam", beta2: -0.1 } },
    "optimizer.beta2: expected a number from 0 to below 1, got -0.1",
  ],
  [{ optimizer: { kind: "adam", eps: 0 } }, "optimizer.eps: expected a number above 0, got 0"],
  [{ learningRate: -1 }, "learningRate: expected a number of at least 0, got -1"],
  [{ learningRate: Number.POSITIVE_INFINITY }, "learningRate: expected a number of at least 0, got Infinity"],
  [{ learningRate: { kind: "step" } }, `learningRate.kind: expected ${schedule}, got "step"`],
  [{ learningRate: "fast" }, `learningRate: expected ${schedule}, got "fast"`],
  [{ learningRate: [1] }, `learningRate: expected ${schedule}, got [1]`],
  [
    { learningRate: { kind: "cosine", from: 1, end: 0 } },
    "learningRate.end: expected a whole number from 1 to 1000000000, got 0",
  ],
  [
    {
      learningRate: {
        kind: "piecewise-linear",
        points: [
          [0, 1],
          [1, -1],
        ],
      },
    },
    "learningRate.points.1.1: expected a number of at least 0, got -1",
  ],
  [
    {
      learningRate: {
        kind: "piecewise-linear",
        points: [
          [2, 1],
          [1, 1],
        ],
      },
    },
    "learningRate.points: expected steps in ascending order",
  ],
  [sequence(), "learningRate.parts: expected a first part at step 0"],
  [sequence([1, 0.1]), "learningRate.parts: expected a first part at step 0"],
  [sequence([0, 0.1], [3, 0.1], [3, 0.2]), "learningRate.parts: expected steps that ascend, no two alike"],
  [
    sequence([0, 0.1], [2.5, 0.1]),
    "learningRate.parts.1.0: expected a whole number from 0 to 1000000000, got 2.5",
  ],
  [sequence([0, -1]), "learningRate.parts.0.1: expected a number of at least 0, got -1"],
  [sequence([0]), `learningRate.parts.0.1: expected ${part} or ${cosine}, got undefined`],
  [sequence([0, "fast"]), `learningRate.parts.0.1: expected ${part} or ${cosine}, got "fast"`],
  [sequence(5), "learningRate.parts.0: expected a [step, schedule] pair, got 5"],
  [
    sequence([0, { kind: "sequence", parts: [[0, 1]] }]),
    `learningRate.parts.0.1.kind: expected ${part} or ${cosine}, got "sequence"`,
  ],
  [
    sequence([0, { kind: "cosine", from: 1, to: -1, end: 5 }]),
    "learningRate.parts.0.1.to: expected a number of at least 0, got -1",
  ],
  [
    { learningRate: { kind: "sequence", parts: 5 } },
    "learningRate.parts: expected a list of [step, schedule] pairs, got 5",
  ],
  [
    { distribution: { kind: "zipf", exponent: "1" } },
    'distribution.exponent: expected a finite number, got "1"',
  ],
  [
    { distribution: { kind: "normal" } },
    'distribution.kind: expected { kind: "zipf", exponent }, { kind: "given", probabilities or digest } or { kind: "corpus", digest, heldOut }, got "normal"',
  ],
  [
    { vocabSize: 2, distribution: { kind: "given", probabilities: [0.5, 0.4] } },
    "distribution.probabilities: expected probabilities that sum to 1 within 1e-6, got a sum of 0.9",
  ],
  [
    { vocabSize: 3, distribution: { kind: "given", probabilities: [0.5, 0.5] } },
    "distribution.probabilities: expected 3 values (vocabSize), got 2",
  ],
  [
    { vocabSize: 2, distribution: { kind: "given", probabilities: [1.5, -0.5] } },
    "distribution.probabilities.1: expected a number of at least 0, got -0.5",
  ],
  [
    { evaluation: { kind: "guess" } },
    'evaluation.kind: expected { kind: "exact" }, { kind: "sampled", size } or { kind: "stratified", exactInputs, sampledInputs }, got "guess"',
  ],
  [
    { evaluation: { kind: "sampled", size: 1 } },
    "evaluation.size: expected a whole number from 2 to 100000000, got 1",
  ],
  [{ learningrate: 0.1 }, "learningrate: unknown field"],
  [{ optimizer: { kind: "adam", beta3: 0.1 } }, "optimizer.beta3: unknown field"],
  [[], "config: expected an object, got []"],
  [null, "config: expected an object, got null"],
  ["fast", 'config: expected an object, got "fast"'],
];

describe("a bad config is one line that names the field", () => {
  test.each(configs)("%j", (input, message) => {
    let thrown: unknown;
    try {
      parseConfig(input as RunConfigInput);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect((thrown as Error).message).toBe(message);
  });
});

describe("a bad command line is one line, exit code 2, and nothing written", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    await writeFile(join(dir, "broken.json"), "{");
    await writeFile(join(dir, "list.json"), "[1]");
    await writeFile(join(dir, "misspelt.json"), '{"vocabsize": 10}');
    await writeFile(join(dir, "config.json"), '{"vocabSize": 10, "steps": 3}');
    await writeFile(join(dir, "kind.json"), '{"optimizer": "sgd"}');
    await writeFile(join(dir, "sweep.json"), '{"axis": {}}');
    await writeFile(join(dir, "noise.snapshot"), "x".repeat(100));
  });

  test.each<[string[], string]>([
    [
      ["train", "--vocab-size", "0"],
      "error: --vocab-size: expected a whole number from 1 to 16777216, got 0",
    ],
    [["train", "--vocab-size", "12abc"], 'error: --vocab-size: expected a number, got "12abc"'],
    [["train", "--embedding-dim", ""], 'error: --embedding-dim: expected a number, got ""'],
    [
      ["train", "--embedding-dim", "70000"],
      "error: --embedding-dim: expected a whole number from 1 to 65536, got 70000",
    ],
    [["train", "--steps", "-5"], "error: --steps: expected a whole number from 0 to 1000000000, got -5"],
    [["train", "--norm", "batch"], 'error: --norm: expected "none" or "layernorm" or "rmsnorm", got "batch"'],
    [
      ["train", "--learning-rate", "fast"],
      'error: --learning-rate: expected a number, warmup:STEPS:VALUE, linear-decay:FROM:TO:[START:]END, wsd:STEPS:VALUE:START:END[:TO], cosine:FROM:TO:[START:]END or JSON, got "fast"',
    ],
    [["train", "--learning-rate", "-1"], "error: --learning-rate: expected a number of at least 0, got -1"],
    [["train", "--beta1", "1"], "error: --beta1: expected a number from 0 to below 1, got 1"],
    [
      ["train", "--backend", "cuda"],
      'error: --backend: expected "wasm", "reference" or "webgpu", got "cuda"',
    ],
    [
      ["train", "--out", "records.xls"],
      'error: --out: expected a file name ending in .parquet, .csv, .json, .ndjson, got "records.xls"',
    ],
    [
      ["train", "--evaluation", "guess"],
      'error: --evaluation: expected { kind: "exact" }, { kind: "sampled", size } or { kind: "stratified", exactInputs, sampledInputs }, got "guess"',
    ],
    [
      ["train", "--config", "absent.json"],
      "error: --config: expected a JSON file, got absent.json (no such file)",
    ],
    [
      ["train", "--config", "broken.json"],
      "error: --config: expected a JSON file, got broken.json (line 1, column 2: expected a name in quotes or }, got the end)",
    ],
    [["train", "--config", "list.json"], "error: --config: expected a JSON object, got list.json"],
    [["train", "--config", "misspelt.json"], "error: vocabsize: unknown field (did you mean vocabSize?)"],
    [["train", "--resume", "absent"], "error: --resume: expected a snapshot, got absent (no such file)"],
    [
      ["train", "--resume", "noise.snapshot"],
      "error: --resume: expected the bytes of a unigram-lab snapshot, got something else",
    ],
    [
      ["train", "--vocab-size", "1000000", "--embedding-dim", "2000"],
      "error: vocabSize × embeddingDim: this run takes N bytes of memory, WebAssembly has 4294901760 at most",
    ],
    [
      [
        "train",
        "--vary",
        'error: --out: expected a file name ending in .parquet, .csv, .json, .ndjson, got "records.xls"',
      ],
      "error: unknown option '--vary'",
    ],
    [["fly"], "error: unknown command 'fly'"],
    [["train", "--seed", "1", "--seed", "1"], "error: --seed: expected once, got it twice"],
    [["train", "--tied", "--no-tied"], "error: --no-tied: expected one of --tied and --no-tied, got both"],
    [["train", "--json", "--json"], "error: --json: expected once, got it twice"],
    [["sweep", "--threads", "1", "--threads", "2"], "error: --threads: expected once, got it twice"],
    [["reproduce", "--out", "a", "--out", "b"], "error: --out: expected once, got it twice"],
    [
      ["reproduce", "gravity"],
      "error: EXPERIMENT: expected post, beyond, embedding-1d, representation-collapse, scaling-law, learning-rate-decay, warmup, sticky-plateau, noise-plateau, unigram-saddle, strong-and-copied, real-text, decay-explained, beta-window, warmup-and-scale, got gravity",
    ],
    [["reproduce", "--theme", "huge"], 'error: --theme: expected page or slide, got "huge"'],
    [["report", "absent", "--theme", "huge"], 'error: --theme: expected page or slide, got "huge"'],
    [["reproduce", "--seeds", "0"], 'error: --seeds: expected a whole number from 1 to 10000, got "0"'],
    [
      ["reproduce", "--threads", "two"],
      'error: --threads: expected a whole number from 1 to 1024, got "two"',
    ],
    [
      ["reproduce", "--out", "list.json"],
      "error: --out: expected a directory that can be written, got list.json (EEXIST)",
    ],
    [
      ["reproduce", "--out", "r.ndjson"],
      "error: --out: expected a directory, got r.ndjson, the name of a journal",
    ],
    [["sweep"], "error: FILE: expected a sweep as JSON or --vary, got neither"],
    [["sweep", "absent.json"], "error: FILE: expected a sweep as JSON, got absent.json (no such file)"],
    [
      ["sweep", "config.json"],
      "error: FILE: expected a sweep, { base, axes, zip, seeds, where }, got config.json, a config: --config config.json makes it the base",
    ],
    [["train", "--config", "kind.json"], 'error: optimizer: expected { "kind": "sgd", … }, got "sgd"'],
    [
      ["sweep", "--steps", "400", "--out", "nothere"],
      "error: --out: expected the directory of a sweep, to go on from, got nothere (it has none)",
    ],
    [
      ["sweep", "--vary", "momentum=0,0.9"],
      "error: --vary momentum: expected optimizer sgd or sign, got adam",
    ],
    [["sweep", "sweep.json"], "error: axis: unknown field of a sweep (did you mean axes?)"],
    [["sweep", "--vary", "seed"], 'error: --vary: expected path=values, got "seed"'],
    [
      ["sweep", "--vary", "learningRate=log:0:1:3"],
      "error: --vary learningRate: expected ends above 0 for a log axis, got 0 and 1",
    ],
    [
      ["sweep", "--vary", "learningRate=log:1:2"],
      'error: --vary learningRate: expected log:from:to:n, got "log:1:2"',
    ],
    [["sweep", "--vary", "distribution.slope=1"], "error: distribution.slope: unknown field"],
    [
      ["sweep", "--vary", "seed=1,2", "--shard", "2/2"],
      'error: --shard: expected i/n from 0/n to (n-1)/n, slurm or kubernetes, got "2/2" (2/2)',
    ],
    [
      ["sweep", "--vary", "seed=1,2", "--shard", "slurm"],
      "error: --shard slurm: expected a whole number in SLURM_ARRAY_TASK_MIN, got null",
    ],
    [
      ["sweep", "--vary", "seed=1,2", "--out", "list.json"],
      "error: --out: expected a directory that can be written, got list.json (EEXIST)",
    ],
    [
      ["export", "absent", "--out", "x.csv"],
      "error: DIR: expected the directory of a sweep (with journal.ndjson), got absent (no such file)",
    ],
    [
      ["export", "absent", "--out", "x.xls"],
      'error: --out: expected a file name ending in .parquet, .csv, .json, .ndjson, got "x.xls"',
    ],
    [
      ["status", "absent"],
      "error: DIR: expected the directory of a sweep (with journal.ndjson), got absent (no such file)",
    ],
  ])("%j", async (args, message) => {
    const before = await readdir(dir);
    const { code, stdout, stderr } = await unigramLab(args, dir);
    // what a run takes in all is the backend's matter
    expect(stderr.trim().replace(/takes \d{11} bytes/, "takes N bytes")).toBe(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(await readdir(dir)).toEqual(before);
  });
});
