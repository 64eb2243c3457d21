import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Input, withFlags } from "../../src/cli/configFlags.js";
import { unigramLab } from "./commandLine.js";

const set = (flags: Record<string, unknown>, input: Input = {}) => withFlags(input, flags);

describe("flags over a config", () => {
  test.each<[Record<string, unknown>, unknown]>([
    [{}, {}],
    [
      { vocabSize: "50", tied: false, norm: "rmsnorm" },
      { vocabSize: 50, tied: false, norm: "rmsnorm" },
    ],
    [{ exponent: "1.5" }, { distribution: { kind: "zipf", exponent: 1.5 } }],
    [{ beta1: "0.8", weightDecay: "0.1" }, { optimizer: { kind: "adam", beta1: 0.8, weightDecay: 0.1 } }],
    [
      { optimizer: "sgd", momentum: "0.9", nesterov: true },
      { optimizer: { kind: "sgd", momentum: 0.9, nesterov: true } },
    ],
    [
      { targets: "topics", targetsCount: "4", targetsStrength: ".5" },
      { targets: { kind: "topics", count: 4, strength: 0.5 } },
    ],
    [
      { distribution: "given", probabilities: "[0.5, 0.5]", vocabSize: "2" },
      { vocabSize: 2, distribution: { kind: "given", probabilities: [0.5, 0.5] } },
    ],
    // large vocabularies are evaluated by strata
    [
      { vocabSize: "20000", evaluationExactInputs: "9" },
      { vocabSize: 20000, evaluation: { kind: "stratified", exactInputs: 9 } },
    ],
    [{ evaluateAt: "log", evaluateAtPerDecade: "4" }, { evaluateAt: { kind: "log", perDecade: 4 } }],
    [{ init: "unigram", initNoise: "0.1" }, { init: { kind: "unigram", noise: 0.1 } }],
    [
      { interventions: "500:reset-moments, 500:rescale:embeddingRms=0.1:unembeddingRms=2" },
      {
        interventions: [
          { step: 500, kind: "reset-moments" },
          { step: 500, kind: "rescale", embeddingRms: 0.1, unembeddingRms: 2 },
        ],
      },
    ],
    [
      { interventions: "8:gradient:gradient=exact:freezeSecondMoment=true" },
      { interventions: [{ step: 8, kind: "gradient", gradient: "exact", freezeSecondMoment: true }] },
    ],
    [
      { interventions: '[{"step":5,"kind":"reset-moments"}]' },
      { interventions: [{ step: 5, kind: "reset-moments" }] },
    ],
    [
      { gradient: "exact", spectrum: false },
      { gradient: "exact", spectrum: false },
    ],
  ])("%j", (flags, config) => {
    expect(set(flags)).toEqual(config);
  });

  test("win over what is there; another kind drops the numbers of the one before, the same keeps them", () => {
    const input = { optimizer: { kind: "sgd", momentum: 0.5 }, steps: 10, evaluateEvery: 5 };
    const before = structuredClone(input);
    expect(set({ optimizer: "sgd", weightDecay: "1" }, input).optimizer).toEqual({
      kind: "sgd",
      momentum: 0.5,
      weightDecay: 1,
    });
    expect(set({ optimizer: "sign" }, input).optimizer).toEqual({ kind: "sign" });
    expect(set({ steps: "20" }, input).steps).toBe(20);
    expect(set({ evaluateAt: "log" }, input)).toEqual({
      optimizer: input.optimizer,
      steps: 10,
      evaluateAt: { kind: "log" },
    });
    const log = { evaluateAt: { kind: "log", perDecade: 3 } };
    expect(set({ evaluateEvery: "7" }, log)).toEqual({ evaluateEvery: 7 });
    expect(set({ evaluateAtPerDecade: "7" }, log)).toEqual({ evaluateAt: { kind: "log", perDecade: 7 } });
    expect(input).toEqual(before);
  });
});

describe("on the command line", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    await writeFile(join(dir, "sgd.json"), '{"optimizer": {"kind": "sgd", "momentum": 0.9}}');
    await writeFile(join(dir, "odd.json"), '{"optimizer": 5}');
    await writeFile(
      join(dir, "sweep.json"),
      '{"base": {"steps": 7, "vocabSize": 9}, "axes": {"optimizer.momentum": [0, 0.5]}, "seeds": 2}',
    );
  });

  test("a sweep's flags are the base of its runs, over the file's", async () => {
    const planned = async (...args: string[]) => {
      const { stdout, stderr, code } = await unigramLab(["sweep", "--dry-run", "--json", ...args], dir);
      expect([code, stderr]).toEqual([0, expect.stringContaining(" runs, ")]);
      return stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).config);
    };
    const alone = await planned(
      "--optimizer",
      "sgd",
      "--vary",
      "learningRate=0.1,cosine:0.1:0:30",
      "--no-tied",
    );
    expect(alone).toMatchObject([
      { optimizer: { kind: "sgd", momentum: 0 }, learningRate: 0.1, tied: false },
      { optimizer: { kind: "sgd" }, learningRate: { kind: "cosine", from: 0.1, to: 0, start: 0, end: 30 } },
    ]);
    const filed = await planned("sweep.json", "--optimizer", "sign", "--steps", "8", "--evaluate-at", "log");
    expect(filed).toHaveLength(4);
    for (const config of filed)
      expect(config).toMatchObject({ steps: 8, vocabSize: 9, evaluateAt: { kind: "log", perDecade: 10 } });
    expect(filed.map(({ optimizer }) => optimizer.momentum)).toEqual([0, 0, 0.5, 0.5]);
    // without a file and without an axis: one setting, several seeds
    expect(await planned("--vocab-size", "12", "--seeds", "2")).toMatchObject([
      { vocabSize: 12, seed: 0 },
      { vocabSize: 12, seed: 1 },
    ]);
  });

  test("a run with log-spaced evaluations and a named schedule prints those records, and goes on", async () => {
    const size = ["--vocab-size", "20", "--embedding-dim", "3", "--json"];
    const args = ["train", ...size, "--evaluate-at", "log", "--evaluate-at-per-decade", "2"];
    const rate = ["--learning-rate", "warmup:10:0.1@20:cosine:0.1:0:20:40"];
    const { stdout, code } = await unigramLab(
      [...args, ...rate, "--steps", "40", "--snapshot", "s", "--out", "r.csv"],
      dir,
    );
    expect(code).toBe(0);
    const records = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.map(({ step }) => step)).toEqual([0, 1, 3, 10, 32, 40]);
    expect(records.map(({ learningRate }) => learningRate)).toEqual([
      0,
      0,
      0.02,
      expect.closeTo(0.09, 15),
      expect.any(Number),
      expect.any(Number),
    ]);
    expect(records[5].learningRate).toBeLessThan(0.001);
    const table = await readFile(join(dir, "r.csv"), "utf8");
    expect(table.split("\n")[0]).toContain("evaluateAt.perDecade");
    expect(table.split("\n")[0]).not.toContain("evaluateEvery");
    const more = await unigramLab(
      ["train", "--resume", "s", "--steps", "120", "--json", "--out", "more.json"],
      dir,
    );
    expect(more.code).toBe(0);
    expect(
      more.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).step),
    ).toEqual([100, 120]);
    const whole = JSON.parse(await readFile(join(dir, "more.json"), "utf8"));
    // where the run ended before is no evaluation of the longer one
    expect(JSON.stringify(whole)).not.toContain('"step":40,');
    const refused = await unigramLab(["train", "--resume", "s", "--evaluate-every", "5"], dir);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'error: --evaluate-every: expected evaluateAt {"kind":"log","perDecade":2} as in the snapshot, got "none"\n',
    ]);
  });

  test("interventions make the run's name, go on from a snapshot, and are an axis of a sweep", async () => {
    const size = "--vocab-size 20 --embedding-dim 3 --no-tied --steps 40 --evaluate-every 20 --json".split(
      " ",
    );
    const typed = ["--interventions", "10:reset-moments,20:gradient:gradient=exact"];
    const whole = await unigramLab(["train", ...size, ...typed, "--out", "w.json"], dir);
    expect(whole.code).toBe(0);
    expect((await unigramLab(["train", ...size, ...typed, "--snapshot", "i"], dir)).stdout).toBe(
      whole.stdout,
    );
    const { stdout } = await unigramLab(["train", "--resume", "i", "--steps", "60", "--json"], dir);
    expect(JSON.parse(stdout)).toMatchObject({ step: 60, gradientNorm: expect.any(Number) });
    const [row] = JSON.parse(await readFile(join(dir, "w.json"), "utf8"));
    expect(JSON.parse(row.interventions)).toHaveLength(2);
    const refused = await unigramLab(["train", "--resume", "i", "--interventions", "[]"], dir);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: --interventions: expected interventions \[.* as in the snapshot, got "none"\n$/,
      ),
    ]);
    const swept = await unigramLab(
      ["sweep", "--dry-run", ...size, "--vary", 'interventions=[],[{"step":5,"kind":"reset-moments"}]'],
      dir,
    );
    expect(
      swept.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).config.interventions),
    ).toEqual([undefined, [{ step: 5, kind: "reset-moments" }]]);
  });

  test.each<[string, string]>([
    ["train --momentum 0.9", "--momentum: expected optimizer sgd or sign, got adam"],
    ["train --optimizer sign --nesterov", "--nesterov: expected optimizer sgd, got sign"],
    ["train --optimizer sign --no-nesterov", "--no-nesterov: expected optimizer sgd, got sign"],
    ["train --optimizer sgd --beta1 0.5", "--beta1: expected optimizer adam, got sgd"],
    ["train --config sgd.json --beta1 0.5", "--beta1: expected optimizer adam, got sgd"],
    [
      "train --optimizer rmsprop",
      '--optimizer: expected { kind: "adam" or "sgd" or "sign", … }, got "rmsprop"',
    ],
    [
      "train --optimizer rmsprop --momentum 0.9",
      '--optimizer: expected { kind: "adam" or "sgd" or "sign", … }, got "rmsprop"',
    ],
    ["train --optimizer sgd --momentum 1", "--momentum: expected a number from 0 to below 1, got 1"],
    ["train --optimizer sgd --nesterov", "--optimizer: expected a momentum above 0 with nesterov, got 0"],
    [
      "train --config odd.json --momentum 0.9",
      'optimizer: expected { kind: "adam" or "sgd" or "sign", … }, got 5',
    ],
    ["train --weight-decay -1", "--weight-decay: expected a number of at least 0, got -1"],
    ["train --weight-decay big", '--weight-decay: expected a number, got "big"'],
    ["train --exponent 1 --distribution given", "--exponent: expected distribution zipf, got given"],
    [
      "train --distribution given",
      '--distribution: expected either probabilities or their digest, got {"kind":"given"}',
    ],
    [
      "train --distribution given --probabilities half",
      '--probabilities: expected a list as JSON, got "half"',
    ],
    [
      "train --distribution given --vocab-size 2 --probabilities [0.5,-0.5]",
      "--probabilities: expected a number of at least 0, got -0.5",
    ],
    ["train --targets-count 4", "--targets-count: expected targets topics, got independent"],
    ["train --targets topics --targets-count 4", "--targets-strength: missing"],
    [
      "train --targets topics --targets-count 400 --targets-strength 0.5",
      "--targets-count: expected at most 100 (vocabSize), got 400",
    ],
    [
      "train --targets low-rank --targets-rank 0",
      "--targets-rank: expected a whole number from 1 to 64, got 0",
    ],
    ["train --gradient full", '--gradient: expected "sampled" or "exact", got "full"'],
    ["train --gradient exact --batch-size 5", "--batch-size: expected nothing with exact gradients, got 5"],
    [
      "train --gradient exact --vocab-size 5000",
      "--vocab-size: expected at most 4096 with exact gradients, got 5000",
    ],
    ["train --arithmetic loose", '--arithmetic: expected "strict" or "relaxed", got "loose"'],
    [
      "train --init uniform",
      '--init: expected { kind: "normal", std } or { kind: "unigram", noise }, got "uniform"',
    ],
    ["train --init-noise 0.1", "--init-noise: expected init unigram, got normal"],
    ["train --init unigram --init-std 0.1", "--init-std: expected init normal, got unigram"],
    [
      "train --init unigram",
      "--init: expected untied weights or a layernorm for the unigram solution, got tied ones with norm none",
    ],
    [
      "train --init unigram --no-tied --init-noise -1",
      "--init-noise: expected a number of at least 0, got -1",
    ],
    [
      "train --interventions reset",
      '--interventions: expected STEP:KIND[:NAME=VALUE...] or JSON, got "reset"',
    ],
    [
      "train --interventions 5:rescale:0.1",
      '--interventions: expected STEP:KIND[:NAME=VALUE...] or JSON, got "5:rescale:0.1"',
    ],
    ["train --interventions soon:reset-moments", '--interventions: expected a number, got "soon"'],
    ["train --interventions 5", "--interventions: expected a list of { step, kind, … }, got 5"],
    ["train --interventions 5:gradient", "--interventions.0.gradient: missing"],
    ["train --interventions 5:rescale:rms=1", "--interventions.0.rms: unknown field"],
    [
      "train --interventions 5000:reset-moments",
      "--interventions: expected at most 3000 (steps), got 5000 (reset-moments at step 5000)",
    ],
    [
      "train --interventions 5:rescale:embeddingRms=1",
      "--interventions: expected untied weights or a norm, without which no other size keeps the function (rescale at step 5)",
    ],
    ["train --evaluation-size 100", "--evaluation-size: expected evaluation sampled, got exact"],
    [
      "train --evaluation sampled --evaluation-size 1",
      "--evaluation-size: expected a whole number from 2 to 100000000, got 1",
    ],
    ["train --evaluate-at linear", '--evaluate-at: expected "log", got "linear"'],
    ["train --evaluate-at-per-decade 5", "--evaluate-at-per-decade: expected evaluateAt log, got none"],
    [
      "train --evaluate-at log --evaluate-at-per-decade 0",
      "--evaluate-at-per-decade: expected a whole number from 1 to 1000, got 0",
    ],
    [
      "train --evaluate-at log --evaluate-every 5",
      "--evaluate-every: expected nothing with evaluateAt, got 5",
    ],
    ["train --learning-rate warmup:200", '--learning-rate: expected warmup:STEPS:VALUE, got "warmup:200"'],
    [
      'train --learning-rate {"kind":"sequence","parts":[[5,1]]}',
      "--learning-rate: expected a first part at step 0",
    ],
    [
      'train --learning-rate {"kind":"piecewise-linear","points":[[0,-1]]}',
      "--learning-rate: expected a number of at least 0, got -1",
    ],
    [
      "train --spectrum --no-spectrum",
      "--no-spectrum: expected one of --spectrum and --no-spectrum, got both",
    ],
    ["sweep --steps 5 --vary steps=1,2", "--steps: expected a field that is set once, got steps too"],
    ["sweep --momentum 0.9 --vary seed=1,2", "--momentum: expected optimizer sgd or sign, got adam"],
    [
      "sweep sweep.json --optimizer sgd --momentum 0.9",
      "--momentum: expected a field that is set once, got optimizer.momentum too",
    ],
    ["sweep sweep.json --seed 4", "--seed: expected a field that is set once, got seeds too"],
    ["sweep --seed 4 --seeds 2", "--seed: expected a field that is set once, got seeds too"],
    [
      "sweep --optimizer sgd --vary optimizer.kind=sgd,sign",
      "--optimizer: expected a field that is set once, got optimizer.kind too",
    ],
    ["sweep --vocab-size 0 --vary seed=1", "--vocab-size: expected a whole number from 1 to 16777216, got 0"],
    [
      "reproduce --batch-size 64",
      "--batch-size: expected a flag of reproduce, the claims are about the experiments' own configs; train and sweep take this one",
    ],
    [
      "reproduce --no-tied",
      "--no-tied: expected a flag of reproduce, the claims are about the experiments' own configs; train and sweep take this one",
    ],
  ])("%s", async (line, message) => {
    const before = await readdir(dir);
    const { code, stdout, stderr } = await unigramLab(line.split(" "), dir);
    expect(stderr).toBe(`error: ${message}\n`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(await readdir(dir)).toEqual(before);
  });
});
