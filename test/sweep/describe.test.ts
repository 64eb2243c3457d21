import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseVary } from "../../src/cli/vary.js";
import { configHash } from "../../src/config.js";
import { spaceValues } from "../../src/sweep/axis.js";
import { parseSweep } from "../../src/sweep/description.js";
import { type SweepDescription, SweepPlan, sweepConfigs } from "../../src/sweep/index.js";
import { inShard, parseShard } from "../../src/sweep/shard.js";

test("a log space has round numbers in the middle, a linear one its ends exactly", () => {
  expect(spaceValues({ kind: "log", from: 1e-4, to: 1e-1, count: 4 })).toEqual([1e-4, 1e-3, 1e-2, 1e-1]);
  expect(spaceValues({ kind: "linear", from: 0.1, to: 0.5, count: 5 })).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  expect(spaceValues({ kind: "log", from: 3, to: 7, count: 1 })).toEqual([3]);
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
  [{ seeds: [0.5] }, "seeds: expected a whole number of at least 1 or a list of seeds, got [0.5]"],
  [{ where: [{ path: "vocabsize", below: 3 }] }, "where.0.path: no run has a field vocabsize"],
  [
    { where: [{ path: "vocabSize" }] },
    "where.0: expected one of below, atMost, above, atLeast, equals, not, got none",
  ],
  [{ where: [{ path: "vocabSize", under: 3 }] }, "where.0.under: unknown field of a sweep"],
])("a bad description is one line: %j", (description, message) => {
  expect(() => new SweepPlan(description as SweepDescription)).toThrow(message);
});

test("the published schema knows every field of a sweep and of a config", async () => {
  const schema = JSON.parse(await readFile("dist/sweep.schema.json", "utf8"));
  expect(Object.keys(schema.properties).sort()).toEqual(["$schema", "axes", "base", "seeds", "where", "zip"]);
  expect(Object.keys(schema.properties.base.properties).sort()).toEqual(
    Object.keys(sweepConfigs({})[0]).sort(),
  );
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
  for (const bad of ["3", "3/3", "-1/3", "a/b", "1/0"])
    expect(() => parseShard(bad, {})).toThrow("--shard: expected");
});
