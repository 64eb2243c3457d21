import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseNumber, parseScalar, parseWholeNumber } from "../../src/cli/numbers.js";
import { parseVary } from "../../src/cli/vary.js";
import { ConfigError, configHash } from "../../src/config.js";
import { spaceValues } from "../../src/sweep/axis.js";
import { canonicalSweep, parseSweep } from "../../src/sweep/description.js";
import { type SweepDescription, SweepPlan, sweep, sweepConfigs } from "../../src/sweep/index.js";
import { sweepJsonSchema } from "../../src/sweep/jsonSchema.js";
import { checkShard, inShard, isTaskArray, parseShard, taskArray } from "../../src/sweep/shard.js";

test("a log space has round numbers in the middle, a linear one its ends exactly", () => {
  expect(spaceValues({ kind: "log", from: 1e-4, to: 1e-1, count: 4 })).toEqual([1e-4, 1e-3, 1e-2, 1e-1]);
  expect(spaceValues({ kind: "linear", from: 0.1, to: 0.5, count: 5 })).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  expect(spaceValues({ kind: "log", from: 3, to: 7, count: 1 })).toEqual([3]);
  for (const kind of ["log", "linear"] as const)
    expect(spaceValues({ kind, from: 0.123456789012345, to: 0.987654321098765, count: 2 })).toEqual([
      0.123456789012345, 0.987654321098765,
    ]);
});

test("--vary and JSON name the same runs", () => {
  const [path, axis] = parseVary("learningRate=log:1e-4:1e-1:7");
  const typed = sweepConfigs({ axes: { [path]: axis, embeddingDim: parseVary("embeddingDim=10,100")[1] } });
  const written = sweepConfigs(
    JSON.parse(
      '{"axes": {"learningRate": {"kind": "log", "from": 1e-4, "to": 0.1, "count": 7}, "embeddingDim": [10, 100]}}',
    ),
  );
  expect(typed.map(configHash)).toEqual(written.map(configHash));
  expect(parseVary("norm=none,rmsnorm")).toEqual(["norm", ["none", "rmsnorm"]]);
  expect(parseVary('learningRate={"kind":"cosine","from":0.1,"end":100},0.01')[1]).toEqual([
    { kind: "cosine", from: 0.1, end: 100 },
    0.01,
  ]);
});

test("axes multiply, zipped fields go together, seeds are innermost, equal runs are one", () => {
  const runs = sweepConfigs({
    base: { steps: 10 },
    axes: { "distribution.exponent": [0.5, 1] },
    zip: [{ vocabSize: [10, 20], embeddingDim: [1, 2] }],
    seeds: [3, 5, 3],
  });
  expect(
    runs.map(({ vocabSize, embeddingDim, seed, distribution }) => [
      distribution.kind === "zipf" && distribution.exponent,
      vocabSize,
      embeddingDim,
      seed,
    ]),
  ).toEqual([
    [0.5, 10, 1, 3],
    [0.5, 10, 1, 5],
    [0.5, 20, 2, 3],
    [0.5, 20, 2, 5],
    [1, 10, 1, 3],
    [1, 10, 1, 5],
    [1, 20, 2, 3],
    [1, 20, 2, 5],
  ]);
});

test("where compares a field with a value or with another field, and leaves out runs without it", () => {
  const axes = { vocabSize: [4, 8], embeddingDim: [2, 4, 8], learningRate: [0.01, 0.1] };
  const kept = (where: SweepDescription["where"]) =>
    sweepConfigs({ axes, where }).map(
      ({ vocabSize, embeddingDim, learningRate }) => `${vocabSize} ${embeddingDim} ${learningRate}`,
    );
  expect(
    kept([
      { path: "embeddingDim", below: { path: "vocabSize" } },
      { path: "learningRate", atMost: 0.01 },
    ]),
  ).toEqual(["4 2 0.01", "8 2 0.01", "8 4 0.01"]);
  expect(
    kept([
      { path: "embeddingDim", atLeast: 4, not: 8 },
      { path: "vocabSize", equals: 4 },
    ]),
  ).toEqual(["4 4 0.01", "4 4 0.1"]);
  const given = { kind: "given", probabilities: [0.5, 0.5] };
  const mixed = sweepConfigs({
    base: { vocabSize: 2 },
    axes: { distribution: [given, { kind: "zipf", exponent: 2 }] },
    where: [{ path: "distribution.exponent", above: 1 }],
  });
  expect(mixed.map(({ distribution }) => distribution.kind)).toEqual(["zipf"]);
});

test.each<[unknown, string]>([
  [[], "sweep: expected { base, axes, zip, seeds, where }, got []"],
  [
    { axes: { seed: { kind: "log", from: 0, to: 1, count: 2 } } },
    "axes.seed: expected ends above 0 for a log axis, got 0 and 1",
  ],
  [
    { axes: { seed: { kind: "cubic", from: 0, to: 1, count: 2 } } },
    'axes.seed.kind: expected "linear" or "log", got "cubic"',
  ],
  [{ axes: { seed: { kind: "linear", from: 0, to: 1 } } }, "axes.seed.count: missing"],
  [
    { axes: { seed: 3 } },
    "axes.seed: expected a list with at least one value or { kind, from, to, count }, got 3",
  ],
  [{ zip: [{ seed: [1, 2], vocabSize: [1] }] }, "zip.0: expected lists of one length, got 2 and 1"],
  [{ seeds: [0.5] }, "seeds: expected a whole number from 1 to 1000000 or a list of seeds, got [0.5]"],
  [{ where: [{ path: "vocabsize", below: 3 }] }, "where.0.path: no run has a field vocabsize"],
  [
    { where: [{ path: "vocabSize" }] },
    "where.0: expected one of below, atMost, above, atLeast, equals, not, got none",
  ],
  [{ where: [{ path: "vocabSize", under: 3 }] }, "where.0.under: unknown field of a sweep"],
])("a bad description is one line: %j", (description, message) => {
  expect(() => new SweepPlan(description as SweepDescription)).toThrow(message);
});

const linear = (changes: object) => ({
  axes: { learningRate: { kind: "linear", from: 1, to: 2, count: 2, ...changes } },
});
const SWEEP = "sweep: expected { base, axes, zip, seeds, where }";
const AXIS = "expected a list with at least one value or { kind, from, to, count }";
const COUNT = "axes.learningRate.count: expected a whole number from 1 to 100000";
const SEEDS = "seeds: expected a whole number from 1 to 1000000 or a list of seeds";
const OPERAND = "where.0.below: expected a number, a string, true, false or { path }";
test.each<[unknown, string]>([
  [null, `${SWEEP}, got null`],
  [undefined, `${SWEEP}, got undefined`],
  ["x", `${SWEEP}, got "x"`],
  [Number.NaN, `${SWEEP}, got NaN`],
  [["y".repeat(56)], `${SWEEP}, got ["${"y".repeat(56)}"]`],
  [["y".repeat(57)], `${SWEEP}, got ["${"y".repeat(55)}...`],
  [{ axes: 3 }, "axes: expected axes by dotted path, got 3"],
  [{ axes: { seed: null } }, `axes.seed: ${AXIS}, got null`],
  [{ axes: { seed: [] } }, `axes.seed: ${AXIS}, got []`],
  [linear({ from: "a" }), 'axes.learningRate.from: expected a finite number, got "a"'],
  [linear({ to: Number.NaN }), "axes.learningRate.to: expected a finite number, got NaN"],
  [linear({ to: Number.POSITIVE_INFINITY }), "axes.learningRate.to: expected a finite number, got Infinity"],
  [linear({ count: 0 }), `${COUNT}, got 0`],
  [linear({ count: 1.5 }), `${COUNT}, got 1.5`],
  [linear({ count: 100_001 }), `${COUNT}, got 100001`],
  [linear({ count: "2" }), `${COUNT}, got "2"`],
  [linear({ more: 1 }), "axes.learningRate.more: unknown field of a sweep"],
  [linear({ kind: "log", to: 0 }), "axes.learningRate: expected ends above 0 for a log axis, got 1 and 0"],
  [
    linear({ kind: "log", from: -1 }),
    "axes.learningRate: expected ends above 0 for a log axis, got -1 and 2",
  ],
  [{ seeds: 0 }, `${SEEDS}, got 0`],
  [{ seeds: 1.5 }, `${SEEDS}, got 1.5`],
  [{ seeds: 1_000_001 }, `${SEEDS}, got 1000001`],
  [{ seeds: "3" }, `${SEEDS}, got "3"`],
  [{ seeds: [] }, `${SEEDS}, got []`],
  [{ seeds: [-1] }, `${SEEDS}, got [-1]`],
  [{ seeds: [2 ** 53] }, `${SEEDS}, got [9007199254740992]`],
  [{ zip: 3 }, "zip: expected a list of { path: values, path: values }, got 3"],
  [{ zip: [3] }, "zip.0: expected axes by dotted path, got 3"],
  [{ zip: [{}] }, "zip.0: expected at least one axis, got none"],
  [
    { zip: [{ seed: [1, 2], steps: [1, 2], vocabSize: [1] }] },
    "zip.0: expected lists of one length, got 2 and 2 and 1",
  ],
  [{ where: 3 }, "where: expected a list of conditions, got 3"],
  [{ where: [3] }, "where.0: expected { path, below | atMost | above | atLeast | equals | not }, got 3"],
  [{ where: [{ below: 1 }] }, "where.0.path: missing"],
  [{ where: [{ path: 3 }] }, "where.0.path: expected a dotted path, got 3"],
  [{ where: [{ path: "steps", below: null }] }, `${OPERAND}, got null`],
  [{ where: [{ path: "steps", below: { path: 3 } }] }, `${OPERAND}, got {"path":3}`],
  [
    { where: [{ path: "steps", below: { path: "seed", more: 1 } }] },
    `${OPERAND}, got {"path":"seed","more":1}`,
  ],
  [{ foo: 1 }, "foo: unknown field of a sweep"],
  [{ base: 3 }, "config: expected an object, got 3"],
  [{ axes: { "norm.kind": ["x"] } }, "axes.norm.kind: expected the path of a field, norm has no fields"],
  [{ axes: { "none.kind": ["x"] } }, "axes.none.kind: expected the path of a field, none has no fields"],
  [
    { ...linear({ count: 10_000 }), seeds: 1001 },
    "sweep: expected at most 10000000 combinations, got 10010000",
  ],
])("%j is refused in one line", (description, message) => {
  expect(() => new SweepPlan(description as SweepDescription)).toThrow(new ConfigError(message));
});

test("what is at the end of each range is fine", () => {
  const space = { kind: "linear", from: 1, to: 2, count: 100_000 } as const;
  const log = { kind: "log", from: 1e-300, to: 1e300, count: 1 } as const;
  const where = [
    { path: "a", below: true },
    { path: "b", not: "x" },
  ];
  for (const description of [
    { axes: { learningRate: space, "init.std": log }, zip: [{ a: [null], b: [[]] }], where },
    { axes: { learningRate: { ...space, from: -1, count: 1 } }, seeds: 1 },
    { seeds: 1_000_000 },
    { seeds: [0, Number.MAX_SAFE_INTEGER] },
    { base: undefined, axes: undefined, zip: undefined, seeds: undefined, where: undefined },
  ])
    expect(parseSweep(description)).toEqual(description);
  // 64 levels of lists and objects, the description the first
  const nested = (levels: number) =>
    JSON.parse(`{"base":${"[".repeat(levels - 1)}1${"]".repeat(levels - 1)}}`);
  expect(() => parseSweep(nested(64))).not.toThrow();
  expect(() => parseSweep(nested(65))).toThrow("at most 64 levels");
  expect(() => parseSweep({ base: null })).not.toThrow();
});

test("a plan gives its runs by index and in order, each once", () => {
  const plan = new SweepPlan({ axes: { steps: [7, 3, 7] }, seeds: [2, 1, 2] });
  expect([...plan].map(({ steps, seed }) => [steps, seed])).toEqual([
    [7, 2],
    [7, 1],
    [3, 2],
    [3, 1],
  ]);
  expect(plan.length).toBe(4);
  expect(plan.runs).toEqual([...plan].map(configHash));
  expect(plan.at(3)).toEqual([...plan][3]);
  for (const index of [4, -1, 0.5]) expect(plan.at(index)).toBeUndefined();
  // without any field of its own it is the default run, or the base
  expect(sweepConfigs({}).map(({ seed }) => seed)).toEqual([0]);
  expect(sweepConfigs({ base: { seed: 5 } }).map(({ seed }) => seed)).toEqual([5]);
  expect(sweepConfigs({ base: { seed: 5 }, seeds: 2 }).map(({ seed }) => seed)).toEqual([0, 1]);
  const kept = new SweepPlan({ seeds: 9 }, (run) => run < "8");
  expect(kept.runs.every((run) => run < "8")).toBe(true);
  expect([...kept].map(configHash)).toEqual(kept.runs);
  // a deeper field of what the base or another axis sets
  const deep = sweepConfigs({
    base: { vocabSize: 2, distribution: { kind: "zipf", exponent: 3 } },
    axes: { "optimizer.eps": [1e-5], "distribution.exponent": [2] },
  });
  expect(deep).toMatchObject([{ optimizer: { eps: 1e-5 }, distribution: { kind: "zipf", exponent: 2 } }]);
});

test("the canonical form of a description is its values", () => {
  expect(canonicalSweep({})).toEqual({ base: "{}", axes: "{}", zip: "[]", seeds: "null", where: "[]" });
  expect(
    canonicalSweep({
      base: { steps: 5, seed: 1 },
      zip: [{ b: [2, 1], a: { kind: "linear", from: 1, to: 3, count: 2 } }],
      seeds: 2,
      where: [{ path: "steps", below: 3 }],
    }),
  ).toEqual({
    base: '{"seed":1,"steps":5}',
    axes: "{}",
    zip: '[{"a":[1,3],"b":[2,1]}]',
    seeds: "[0,1]",
    where: '[{"below":3,"path":"steps"}]',
  });
  expect(canonicalSweep({ seeds: [4] }).seeds).toBe("[4]");
  expect(canonicalSweep({ axes: { seed: [null, { b: 1, a: [] }] } }).axes).toBe(
    '{"seed":[null,{"a":[],"b":1}]}',
  );
});

test("the published schema knows every field of a sweep and of a config", async () => {
  const schema = JSON.parse(await readFile("dist/sweep.schema.json", "utf8"));
  expect(Object.keys(schema.properties).sort()).toEqual(["$schema", "axes", "base", "seeds", "where", "zip"]);
  expect(Object.keys(schema.properties.base.properties).sort()).toEqual(
    [...Object.keys(sweepConfigs({})[0]), "evaluateAt", "interventions"].sort(),
  );
  expect(schema).toEqual(JSON.parse(JSON.stringify(sweepJsonSchema())));
  expect(schema).toMatchObject({
    title: "A sweep of unigram-lab",
    $schema: expect.stringContaining("json-schema"),
  });
  const axis = schema.properties.axes.additionalProperties.anyOf;
  expect(axis.map(({ type }: { type: string }) => type)).toEqual(["array", "object"]);
  expect(axis[1].properties.kind.enum).toEqual(["linear", "log"]);
  expect(schema.properties.zip.items.additionalProperties.anyOf).toEqual(axis);
  expect(schema.properties.where.items.required).toEqual(["path"]);
  expect(schema.properties.base.$schema).toBeUndefined();
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties.base.properties.norm.enum).toEqual(["none", "layernorm", "rmsnorm"]);
  expect(parseSweep({ $schema: "./sweep.schema.json" })).toEqual({ $schema: "./sweep.schema.json" });
});

test("shards split every sweep without gap or overlap", () => {
  const hexadecimal = fc.string({
    unit: fc.constantFrom(..."0123456789abcdef"),
    minLength: 16,
    maxLength: 16,
  });
  fc.assert(
    fc.property(hexadecimal, fc.integer({ min: 1, max: 40 }), (run, count) => {
      const owners = Array.from({ length: count }, (_, index) => inShard(run, { index, count }));
      expect(owners.filter(Boolean)).toHaveLength(1);
    }),
  );
  const { runs } = new SweepPlan({ seeds: 400 });
  for (let index = 0; index < 4; index++) {
    const own = new SweepPlan({ seeds: 400 }, (run) => inShard(run, { index, count: 4 }));
    expect(own.length).toBeGreaterThan(60);
    expect(own.runs).toEqual(runs.filter((run) => inShard(run, { index, count: 4 })));
  }
});

test("a shard is read from a Slurm array or an indexed Job", () => {
  const array = (id: number, min: number, max: number, count: number) => ({
    SLURM_ARRAY_TASK_ID: String(id),
    SLURM_ARRAY_TASK_MIN: String(min),
    SLURM_ARRAY_TASK_MAX: String(max),
    SLURM_ARRAY_TASK_COUNT: String(count),
  });
  expect(parseShard("3/16")).toEqual({ index: 3, count: 16 });
  expect(parseShard("slurm", array(0, 0, 15, 16))).toEqual({ index: 0, count: 16 });
  expect(parseShard("slurm", array(16, 1, 16, 16))).toEqual({ index: 15, count: 16 });
  expect(parseShard("slurm", array(30, 10, 40, 4))).toEqual({ index: 2, count: 4 });
  expect(() => parseShard("slurm", array(5, 1, 7, 3))).toThrow("equal distances");
  expect(parseShard("kubernetes", { JOB_COMPLETION_INDEX: "2", JOB_COMPLETIONS: "5" })).toEqual({
    index: 2,
    count: 5,
  });
  expect(() => parseShard("kubernetes", { JOB_COMPLETION_INDEX: "2" })).toThrow("JOB_COMPLETIONS");
  for (const [bad, why] of [
    ["3", ""],
    ["3/3", " (3/3)"],
    ["1/0", " (1/0)"],
    ["0/0", " (0/0)"],
    ["-1/3", ""],
    ["1/3x", ""],
    ["x1/3", ""],
    ["a/b", ""],
  ])
    expect(() => parseShard(bad, {})).toThrow(
      new ConfigError(
        `--shard: expected i/n from 0/n to (n-1)/n, slurm or kubernetes, got ${JSON.stringify(bad)}${why}`,
      ),
    );
  expect(parseShard("0/1", {})).toEqual({ index: 0, count: 1 });
  expect(parseShard("11/16", {})).toEqual({ index: 11, count: 16 });
  const [first, last] = [array(0, 0, 1, 2), array(1, 0, 1, 2)].map((task) => parseShard("slurm", task));
  expect([first, last]).toEqual([
    { index: 0, count: 2 },
    { index: 1, count: 2 },
  ]);
  expect(() => parseShard("slurm", array(3, 5, 3, 3))).toThrow("equal distances");
  expect(() => parseShard("slurm", { ...array(3, 0, 3, 4), SLURM_ARRAY_TASK_ID: "x" })).toThrow(
    '--shard slurm: expected a whole number in SLURM_ARRAY_TASK_ID, got "x"',
  );
  expect(() => parseShard("slurm", {})).toThrow(
    "--shard slurm: expected a whole number in SLURM_ARRAY_TASK_MIN, got null",
  );
});

test("an array that is read back from a file is one, or it is not", () => {
  for (const array of [{ count: 1 }, { count: 30, first: 0, width: 1 }, { count: 2, first: 7, width: 3 }])
    expect(isTaskArray(array), JSON.stringify(array)).toBe(true);
  for (const other of [
    null,
    undefined,
    7,
    "count",
    {},
    { count: 0 },
    { count: 1.5 },
    { count: "2" },
    { count: 2, width: 1 },
    { count: 2, first: 1 },
    { count: 2, first: -1, width: 1 },
    { count: 2, first: 0, width: 0 },
    { count: 2, first: 0.5, width: 1 },
    { count: 0, first: 0, width: 1 },
  ])
    expect(isTaskArray(other), JSON.stringify(other)).toBe(false);
});

test("a task that is submitted again is the same share of the sweep", () => {
  const slurm = (id: number, [first, last, count]: number[]) => ({
    SLURM_ARRAY_TASK_ID: String(id),
    SLURM_ARRAY_TASK_MIN: String(first),
    SLURM_ARRAY_TASK_MAX: String(last),
    SLURM_ARRAY_TASK_COUNT: String(count),
  });
  const array = taskArray("slurm", slurm(13, [10, 97, 30]));
  expect(array).toEqual({ first: 10, width: 3, count: 30 });
  // alone, and with another one of the thirty
  expect(parseShard("slurm", slurm(13, [13, 13, 1]), array)).toEqual({ index: 1, count: 30 });
  expect(parseShard("slurm", slurm(19, [13, 19, 2]), array)).toEqual({ index: 3, count: 30 });
  expect(() => parseShard("slurm", slurm(14, [14, 14, 1]), array)).toThrow(
    "--shard slurm: expected a task of the array 10-97:3, got 14",
  );
  expect(() => parseShard("slurm", slurm(100, [100, 100, 1]), array)).toThrow("got 100");
  expect(parseShard("2/30", {}, array)).toEqual({ index: 2, count: 30 });
  expect(() => parseShard("2/4", {}, array)).toThrow(
    '--shard: expected a share of 30, as this directory has it, got "2/4"',
  );
  expect(() => parseShard("slurm", slurm(3, [3, 3, 1]))).toThrow(
    "--shard slurm: expected an array of at least 2 tasks, got 1; a task that is submitted again goes on in the directory of its first time, anywhere else name its share: --shard i/n",
  );
  expect(() => parseShard("slurm", slurm(3, [3, 10, 3]))).toThrow("equal distances");
  expect(() => parseShard("slurm", slurm(7, [7, 7, 1]), array)).toThrow("the array 10-97:3, got 7");

  // a directory of i/n knows no ids yet
  const typed = taskArray("2/30");
  expect(typed).toEqual({ count: 30 });
  expect(taskArray("slurm", slurm(13, [10, 97, 30]), typed)).toEqual(array);
  expect(() => taskArray("slurm", slurm(1, [0, 3, 4]), typed)).toThrow("expected a share of 30");
  expect(taskArray("slurm", slurm(13, [13, 13, 1]), array)).toEqual(array);

  const pods = taskArray("kubernetes", { JOB_COMPLETION_INDEX: "2", JOB_COMPLETIONS: "5" });
  expect(parseShard("kubernetes", { JOB_COMPLETION_INDEX: "4", JOB_COMPLETIONS: "1" }, pods)).toEqual({
    index: 4,
    count: 5,
  });
  expect(() => parseShard("kubernetes", { JOB_COMPLETION_INDEX: "5" }, pods)).toThrow("the array 0-4, got 5");
  expect(() => parseShard("kubernetes", { JOB_COMPLETION_INDEX: "0", JOB_COMPLETIONS: "1" })).toThrow(
    "at least 2 tasks",
  );
});

test.each([
  [{ index: 3, count: 3 }, "shard.index: expected a whole number from 0 to 2, got 3"],
  [{ index: -1, count: 3 }, "shard.index: expected a whole number from 0 to 2, got -1"],
  [{ index: 0.5, count: 3 }, "shard.index: expected a whole number from 0 to 2, got 0.5"],
  [{ index: 0, count: 0 }, "shard.count: expected a whole number of at least 1, got 0"],
  [{ index: 0, count: 1.5 }, "shard.count: expected a whole number of at least 1, got 1.5"],
])("a shard that would leave runs out is refused: %j", async (shard, message) => {
  await expect(sweep({ seeds: 3 }, { shard }).next()).rejects.toThrow(message);
  expect(() => checkShard({ index: 0, count: 1 })).not.toThrow();
  expect(() => checkShard({ index: 2, count: 3 })).not.toThrow();
});

test.each<[SweepDescription, string]>([
  [
    { axes: { seed: [5, 6, 7] }, seeds: 2 },
    "seeds: expected a field that is set once, axes.seed sets it too",
  ],
  [
    { axes: { steps: [1, 2] }, zip: [{ steps: [3, 4], vocabSize: [5, 6] }] },
    "zip.0.steps: expected a field that is set once, axes.steps sets it too",
  ],
  [
    { zip: [{ steps: [1] }, { vocabSize: [5], steps: [2] }] },
    "zip.1.steps: expected a field that is set once, zip.0.steps sets it too",
  ],
  [
    { axes: { "distribution.exponent": [1, 2], distribution: [{ kind: "zipf" }] } },
    "axes.distribution.exponent: expected a field that is set once, axes.distribution sets it as a whole",
  ],
  [
    { axes: { evaluation: [{ kind: "sampled" }] }, zip: [{ "evaluation.size": [10] }] },
    "zip.0.evaluation.size: expected a field that is set once, axes.evaluation sets it as a whole",
  ],
])("a field that is set twice is refused: %j", (description, message) => {
  expect(() => new SweepPlan(description)).toThrow(message);
});

test("an axis within a field takes the field's default at each point, not that of the base", () => {
  const widths = sweepConfigs({ axes: { embeddingDim: [4, 100], "init.kind": ["normal"] } });
  expect(widths.map(({ init }) => init)).toEqual([0.5, 0.1].map((std) => ({ kind: "normal", std })));
  const large = sweepConfigs({ axes: { "evaluation.exactInputs": [10, 20], vocabSize: [20_000] } });
  expect(large.map(({ evaluation }) => evaluation)).toEqual([
    { kind: "stratified", exactInputs: 10, sampledInputs: 512 },
    { kind: "stratified", exactInputs: 20, sampledInputs: 512 },
  ]);
  // of the default only the kind, which may become another one
  const exact = sweepConfigs({ axes: { "evaluation.kind": ["exact", "sampled"], vocabSize: [20_000] } });
  expect(exact.map(({ evaluation }) => evaluation)).toEqual([
    { kind: "exact" },
    { kind: "sampled", size: 2_000_000 },
  ]);
  // the base's own numbers stay
  const base = { evaluation: { kind: "stratified" as const, sampledInputs: 7 } };
  expect(sweepConfigs({ base, axes: { "evaluation.exactInputs": [3] } })[0].evaluation).toEqual({
    kind: "stratified",
    exactInputs: 3,
    sampledInputs: 7,
  });
});

test("too many combinations are refused before any is made, and so is what is nested without end", () => {
  const thousands = { kind: "linear" as const, from: 1, to: 2, count: 10_000 };
  expect(
    () =>
      new SweepPlan({ axes: { learningRate: thousands, "init.std": thousands, "optimizer.eps": thousands } }),
  ).toThrow("sweep: expected at most 10000000 combinations, got 1000000000000");
  const deep = JSON.parse(`${"[".repeat(100_000)}1${"]".repeat(100_000)}`);
  const itself: unknown[] = [];
  itself.push(itself, itself);
  for (const value of [deep, itself])
    for (const description of [
      { base: value },
      { axes: { steps: value } },
      { where: [{ path: "steps", below: value }] },
    ])
      expect(() => parseSweep(description)).toThrow(
        "sweep: expected at most 64 levels of lists and objects, got more",
      );
});

test("the same sweep in other words has the same canonical form, an extended one has not", () => {
  const one = canonicalSweep({
    base: { steps: 5, optimizer: { kind: "adam", eps: 1e-6 } },
    axes: { vocabSize: [3, 4], learningRate: { kind: "log", from: 1e-3, to: 1e-1, count: 3 } },
    seeds: 3,
  });
  expect(
    canonicalSweep({
      $schema: "x",
      seeds: [0, 1, 2],
      axes: { learningRate: [0.001, 0.01, 0.1], vocabSize: [3, 4] },
      base: { optimizer: { eps: 1e-6, kind: "adam" }, steps: 5 },
    }),
  ).toEqual(one);
  const more = canonicalSweep({
    base: { steps: 5, optimizer: { kind: "adam", eps: 1e-6 } },
    axes: { vocabSize: [3, 4, 5], learningRate: { kind: "log", from: 1e-3, to: 1e-1, count: 3 } },
    seeds: 4,
  });
  expect(Object.keys(one).filter((field) => one[field] !== more[field])).toEqual(["axes", "seeds"]);
});

test("a number is read the same way everywhere", () => {
  const values = ".01,1e-3,5.,-2,+3";
  expect(parseVary(`learningRate=${values}`)[1]).toEqual([0.01, 0.001, 5, -2, 3]);
  expect(values.split(",").map((text) => parseNumber("x", text))).toEqual([0.01, 0.001, 5, -2, 3]);
  expect(parseVary('learningRate={"kind":"cosine","from":0.1,"end":100},.01')[1]).toEqual([
    { kind: "cosine", from: 0.1, end: 100 },
    0.01,
  ]);
  expect(parseVary("learningRate=log:.001:.1:3")[1]).toEqual({ kind: "log", from: 0.001, to: 0.1, count: 3 });
  for (const text of ["0x10", "Infinity", "", "1e", "1,2", "0b1"]) {
    expect(() => parseNumber("x", text)).toThrow("x: expected a number");
    expect(parseScalar(text)).toBeUndefined();
  }
  expect(() => parseWholeNumber("x", "0x10", 1, 20)).toThrow("x: expected a whole number");
  for (const text of ["1,,2", "", "1,", '{"kind"', "log(2)"])
    expect(() => parseVary(`steps=${text}`)).toThrow("--vary steps: expected numbers, words or JSON");
});
