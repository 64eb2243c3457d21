/** The command that a run is given is read back by the command line itself, through a shell. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Command } from "commander";
import fc from "fast-check";
import { expect, test } from "vitest";
import { addConfigFlags, withFlags } from "../../src/cli/configFlags.js";
import { parseSchedule } from "../../src/cli/scheduleText.js";
import { configHash, parseConfig, type RunConfigInput } from "../../src/config.js";
import { scheduleText, trainCommand } from "../../src/fields/trainCommand.js";

/** The words of each command as a shell hands them over. */
function words(commands: string[]): string[][] {
  const script = commands.map((command) => `printf '%s\\0' ${command}; printf '\\0'`).join("\n");
  const said = execFileSync("sh", { input: script, encoding: "utf8", maxBuffer: 1 << 28 });
  return said
    .split("\0\0")
    .slice(0, -1)
    .map((line) => line.split("\0"));
}

/** The config that `train` would make of these words. */
function read([name, subcommand, ...args]: string[]) {
  expect([name, subcommand]).toEqual(["unigram-lab", "train"]);
  const command = new Command().exitOverride().option("--corpus <file>");
  addConfigFlags(command);
  const flags = command.parse(args, { from: "user" }).opts();
  // as `train` reads the file of counts
  const [path, vocabSize] = [flags.distribution, Number(flags.vocabSize ?? 100)];
  if (path === "COUNTS.csv")
    flags.distributionFile = {
      path,
      vocabSize,
      distribution: { kind: "given", digest },
      probabilities: undefined,
    };
  return parseConfig(withFlags({}, flags));
}

function checkAll(inputs: RunConfigInput[]): void {
  const configs = inputs.map(parseConfig);
  const commands = configs.map((config) => trainCommand(config));
  for (const [i, line] of words(commands).entries())
    expect(configHash(read(line)), commands[i]).toBe(configHash(configs[i]));
}

const named = JSON.parse(readFileSync(new URL("../config/names.json", import.meta.url), "utf8")).names;
const digest = "0123456789abcdef".repeat(4);

test.each<[string, RunConfigInput]>([
  ["", {}],
  [" --vocab-size 1000 --seed 3", { vocabSize: 1000, embeddingDim: 100, seed: 3, steps: 3000 }],
  [" --exponent -1.25", { distribution: { kind: "zipf", exponent: -1.25 } }],
  [" --no-tied --no-spectrum", { tied: false, spectrum: false, norm: "none" }],
  [
    " --optimizer sgd --momentum 0.9 --nesterov",
    { optimizer: { kind: "sgd", momentum: 0.9, nesterov: true } },
  ],
  [" --weight-decay 0.1", { optimizer: { kind: "adam", weightDecay: 0.1 } }],
  // D^-1/2 is what it is where nobody says it
  [" --embedding-dim 4", { embeddingDim: 4, init: { kind: "normal", std: 0.5 } }],
  [" --embedding-dim 4 --init-std 0.25", { embeddingDim: 4, init: { kind: "normal", std: 0.25 } }],
  [
    " --vocab-size 20000 --evaluation-exact-inputs 9",
    {
      vocabSize: 20000,
      evaluation: { kind: "stratified", exactInputs: 9 },
    },
  ],
  [" --vocab-size 20000 --evaluation exact", { vocabSize: 20000, evaluation: { kind: "exact" } }],
  [" --targets low-rank --targets-rank 3", { targets: { kind: "low-rank", rank: 3 } }],
  [" --gradient exact --evaluate-at log", { gradient: "exact", evaluateAt: { kind: "log", perDecade: 10 } }],
  [
    " --vocab-size 2 --distribution given --probabilities '[0.25,0.75]'",
    {
      vocabSize: 2,
      distribution: { kind: "given", probabilities: [0.25, 0.75] },
    },
  ],
  [
    ` --vocab-size 100 --distribution corpus --digest ${digest} --held-out 0.25 --corpus CORPUS.npy`,
    {
      distribution: { kind: "corpus", digest, heldOut: 0.25 },
    },
  ],
  [" --distribution COUNTS.csv", { distribution: { kind: "given", digest } }],
  [
    " --no-tied --interventions 5:reset-moments,5:rescale:embeddingRms=0.25,8:gradient:gradient=exact",
    {
      tied: false,
      interventions: [
        { step: 5, kind: "reset-moments" },
        { step: 5, kind: "rescale", embeddingRms: 0.25 },
        { step: 8, kind: "gradient", gradient: "exact", freezeSecondMoment: false },
      ],
    },
  ],
  [" --learning-rate cosine:0.1:0:300", { learningRate: { kind: "cosine", from: 0.1, end: 300 } }],
  [
    ` --learning-rate '{"kind":"piecewise-linear","points":[[5,0.1]]}'`,
    {
      learningRate: { kind: "piecewise-linear", points: [[5, 0.1]] },
    },
  ],
])("unigram-lab train%s", (flags, config) => {
  expect(trainCommand(parseConfig(config))).toBe(`unigram-lab train${flags}`);
  checkAll([config]);
});

test("every run that has a name is read back under it", () => {
  checkAll(named.map(({ config }: { config: RunConfigInput }) => config));
});

test.each([
  "0.01",
  "warmup:200:0.01",
  "linear-decay:0.01:0.0001:3000",
  "linear-decay:0.01:0:1000:3000",
  "wsd:200:0.01:2000:3000",
  "wsd:200:0.01:2000:3000:0.001",
  "cosine:0.01:0.001:100:3000",
  "0.01@1000:0.001@2000:0.0001",
  "warmup:200:0.01@200:cosine:0.01:0:200:3000",
  '0.01@7:{"kind":"piecewise-linear","points":[[5,0.1]]}',
  '{"kind":"sequence","parts":[[0,0.001]]}',
])("the schedule %s is written as it is read", (text) => {
  const { learningRate } = parseConfig({ learningRate: parseSchedule("learningRate", text) as never });
  expect(scheduleText(learningRate)).toBe(text);
});

test("files may be named, whatever they are called", () => {
  const given = parseConfig({ vocabSize: 300, distribution: { kind: "given", digest } });
  expect(trainCommand(given, { distribution: "my counts.json" })).toBe(
    "unigram-lab train --vocab-size 300 --distribution 'my counts.json'",
  );
  const config = parseConfig({ distribution: { kind: "corpus", digest } });
  const command = trainCommand(config, { corpus: "it's here.npy" });
  const [line] = words([command]);
  expect(line.slice(-2)).toEqual(["--corpus", "it's here.npy"]);
});

const positive = fc.double({ min: 1e-9, max: 1e3, noNaN: true, noDefaultInfinity: true });
const small = fc.integer({ min: 0, max: 20 });
const point = fc.tuple(small, positive);
const linear = fc
  .array(point, { minLength: 1, maxLength: 5 })
  .map((points) => ({ kind: "piecewise-linear", points: points.sort(([a], [b]) => a - b) }));
const cosine = fc.record(
  {
    kind: fc.constant("cosine"),
    from: positive,
    to: positive,
    start: small,
    end: fc.integer({ min: 1, max: 99 }),
  },
  { requiredKeys: ["kind", "from", "end"] },
);
const part = fc.oneof(positive, linear, cosine);
const schedule = fc.oneof(
  part,
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 9 }), part), { selector: ([at]) => at, maxLength: 3 })
    .map((parts) => ({ kind: "sequence", parts: [[0, 0.5], ...parts.sort(([a], [b]) => a - b)] })),
);
const unit = fc.double({ min: 0, max: 0.99, noNaN: true });
const kindOf = (kind: string, fields: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ kind: fc.constant(kind), ...fields }, { requiredKeys: ["kind"] });
const anyConfig = fc
  .record(
    {
      vocabSize: fc.constantFrom(4, 100, 20000),
      embeddingDim: fc.constantFrom(1, 4, 100),
      distribution: fc.oneof(
        kindOf("zipf", { exponent: fc.double({ min: -3, max: 3, noNaN: true }) }),
        kindOf("corpus", { digest: fc.constant(digest), heldOut: unit }),
        fc.constant({ kind: "given", digest }),
      ),
      targets: fc.oneof(
        kindOf("independent"),
        kindOf("topics", { count: fc.constantFrom(1, 2, 3), strength: unit }),
        kindOf("low-rank", { rank: fc.constantFrom(1, 2), scale: positive, seed: small }),
      ),
      tied: fc.boolean(),
      norm: fc.constantFrom("none", "layernorm", "rmsnorm"),
      init: fc.oneof(kindOf("normal", { std: positive }), kindOf("unigram", { noise: unit })),
      optimizer: fc.oneof(
        kindOf("adam", { beta1: unit, beta2: unit, eps: positive, weightDecay: unit, coupled: fc.boolean() }),
        kindOf("sgd", { momentum: unit, nesterov: fc.boolean(), weightDecay: unit }),
        kindOf("sign", { momentum: unit }),
      ),
      gradient: fc.constantFrom("sampled", "exact"),
      learningRate: schedule,
      interventions: fc.array(
        fc.oneof(
          kindOf("reset-moments").map((one) => ({ step: 5, ...one })),
          kindOf("rescale", { embeddingRms: positive }).map((one) => ({ step: 5, ...one })),
          fc.constant({ step: 5, kind: "gradient", gradient: "exact", freezeSecondMoment: true }),
        ),
        { maxLength: 2 },
      ),
      batchSize: fc.constantFrom(1, 128),
      steps: fc.constantFrom(10, 3000),
      evaluateEvery: fc.constantFrom(7, 100),
      evaluateAt: kindOf("log", { perDecade: fc.constantFrom(3, 10) }),
      evaluation: fc.oneof(
        kindOf("exact"),
        kindOf("sampled", { size: fc.constantFrom(10, 2_000_000) }),
        kindOf("stratified", { exactInputs: small, sampledInputs: fc.constantFrom(2, 512) }),
      ),
      spectrum: fc.boolean(),
      arithmetic: fc.constantFrom("strict", "relaxed"),
      seed: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    },
    { requiredKeys: [] },
  )
  .filter((config) => {
    try {
      parseConfig(config as RunConfigInput);
      return true;
    } catch {
      return false;
    }
  });

test("whatever the config", () => {
  const configs = fc.sample(anyConfig, 300) as RunConfigInput[];
  // every field is among them
  const given = new Set(configs.flatMap((config) => Object.keys(config)));
  expect(given.size).toBe(19);
  checkAll(configs);
});
