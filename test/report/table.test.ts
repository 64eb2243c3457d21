/** From records and configs to columns: one list of them, in one order, whoever wrote the runs. */
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { kindOf } from "../../src/disk/kind.js";
import type { Column, Row } from "../../src/formats/table.js";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { recordHelp } from "../../src/report/columnHelp.js";
import { axisCells } from "../../src/report/sweepAxes.js";
import { columnsOf, type ListedRun, rowsOf } from "../../src/report/table.js";
import { writeTable } from "../../src/report/writeTable.js";
import { particularColumns, recordColumns } from "../../src/training/record.js";
import { runOf } from "../experiments/syntheticRuns.js";

const short = { vocabSize: 4, embeddingDim: 2, steps: 200 };
const run = (config: RunConfigInput = {}): ListedRun => runOf({ ...short, ...config }, { excess: () => 1 });
/** A run whose records have these fields more. */
const measuring = (fields: Row, config: RunConfigInput = {}): ListedRun => {
  const own = run(config);
  return { ...own, records: own.records.map((record) => ({ ...record, ...fields })) };
};
/** The last row of each of these runs in one table, by name. */
async function cellsOf(...runs: ListedRun[]): Promise<Row[]> {
  const columns = await columnsOf(runs);
  return runs.map((own) => {
    const row = [...rowsOf(own, "evaluations", columns)].at(-1)!;
    return Object.fromEntries(columns.map(({ name }, column) => [name, row[column]]));
  });
}
const namesOf = async (...runs: ListedRun[]) => (await columnsOf(runs)).map(({ name }) => name);

const conditional = {
  unigramExcess: 1,
  marginalError: 2,
  capturedInformation: null,
  inputDependence: 4,
};
const config = [
  "vocabSize",
  "embeddingDim",
  "distribution.kind",
  "distribution.exponent",
  "tied",
  "norm",
  "init.kind",
  "init.std",
  "optimizer.kind",
  "optimizer.beta1",
  "optimizer.beta2",
  "optimizer.eps",
  "config.learningRate",
  "batchSize",
  "steps",
  "evaluateEvery",
  "evaluation.kind",
  "spectrum",
  "arithmetic",
  "seed",
];

describe("columns", () => {
  test("are who ran, the record's, and the config's, those of version 0.1 in their order", async () => {
    expect(await namesOf(run())).toEqual(["run", ...recordColumns, ...config]);
    expect(await namesOf({ experiment: "e", ...run() })).toEqual([
      "experiment",
      "run",
      ...recordColumns,
      ...config,
    ]);
    expect((await columnsOf([run()], "runs")).map(({ name }) => name)).toEqual([
      "run",
      "evaluations",
      "divergedAt",
      ...recordColumns,
      ...config,
    ]);
    expect(await namesOf()).toEqual([]);
  });

  test("of what only some runs measure come before the config's, where any run has them, whichever comes first", async () => {
    const own = measuring({ gradientNorm: 5, ...conditional });
    const all = [
      "run",
      ...recordColumns,
      ...particularColumns.filter((name) => name in own.records[0]),
      ...config,
    ];
    expect(all).toHaveLength(1 + recordColumns.length + 5 + config.length);
    expect(await namesOf(own, run())).toEqual(all);
    expect(await namesOf(run(), own)).toEqual(all);
    expect(await namesOf(run(), measuring({ heldOutLoss: 3 }))).toEqual([
      "run",
      ...recordColumns,
      "heldOutLoss",
      ...config,
    ]);
    // of a later version
    expect(await namesOf(measuring({ surprise: 1 }), own)).toEqual([
      ...all.slice(0, -config.length),
      "surprise",
      ...config,
    ]);
  });

  test("of later config fields are there where one run differs from their default", async () => {
    const decaying = run({ optimizer: { kind: "adam", weightDecay: 0.1 } });
    const names = await namesOf(run(), decaying);
    expect(names).toEqual(["run", ...recordColumns, ...config, "optimizer.weightDecay"]);
    // the others say what they have
    expect((await cellsOf(run(), decaying)).map((row) => row["optimizer.weightDecay"])).toEqual([0, 0.1]);
  });

  test("hold numbers or texts: constant rates in one, schedules in another", async () => {
    const schedule = { kind: "cosine", from: 0.1, to: 0, start: 0, end: 200 } as const;
    const [constant, falling] = [run({ learningRate: 0.1 }), run({ learningRate: schedule })];
    const rate = ({ name, sample }: Column) => name.startsWith("config.") && [name, typeof sample];
    expect((await columnsOf([constant])).map(rate).filter(Boolean)).toEqual([
      ["config.learningRate", "number"],
    ]);
    for (const runs of [
      [constant, falling],
      [falling, constant],
    ])
      expect((await columnsOf(runs)).map(rate).filter(Boolean).sort()).toEqual([
        ["config.learningRate", "number"],
        ["config.learningRateSchedule", "string"],
      ]);
    const names = ["config.learningRate", "config.learningRateSchedule"];
    const cells = (await cellsOf(constant, falling)).map((row) => names.map((name) => row[name]));
    expect(cells).toEqual([
      [0.1, null],
      [null, JSON.stringify(schedule)],
    ]);
    // one value of a setting, for who compares settings
    expect([constant, falling].map((own) => axisCells(own)["config.learningRate"])).toEqual([
      0.1,
      JSON.stringify(schedule),
    ]);
  });

  test("and cells are the same whichever version wrote the run", async () => {
    const own = run({ evaluation: { kind: "stratified" } });
    const { targets: _, gradient: __, evaluation, optimizer, ...rest } = own.config;
    const { kind, beta1, beta2, eps } = optimizer as {
      kind: "adam";
      beta1: number;
      beta2: number;
      eps: number;
    };
    const earlier = {
      ...own,
      config: { ...rest, optimizer: { kind, beta1, beta2, eps }, evaluation },
    } as ListedRun;
    const columns = await columnsOf([own]);
    expect(await columnsOf([earlier])).toEqual(columns);
    const rows = [own, earlier].map((one) => [...rowsOf(one, "evaluations", columns)]);
    expect(rows[1]).toEqual(rows[0]);
  });

  test("of a config that this version does not know are as it stands", async () => {
    const own = run();
    const later = {
      ...own,
      config: { ...own.config, norm: "batchnorm", momentum: { kind: "heavy" } },
    } as never;
    expect(await cellsOf(run(), later)).toMatchObject([
      { norm: "none", "momentum.kind": null, vocabSize: 4 },
      { norm: "batchnorm", "momentum.kind": "heavy", vocabSize: 4 },
    ]);
  });
});

test.each(["parquet", "csv", "json", "ndjson"])(
  "a table as %s of runs that measure more and of runs that do not is one of ours, whatever its first row",
  async (extension) => {
    const path = join(await mkdtemp(join(tmpdir(), "unigram-lab-")), `all.${extension}`);
    const more = measuring({ ...conditional, gradientNorm: 5 }, { seed: 1 });
    for (const runs of [
      [run(), more],
      [more, run()],
      [measuring({ heldOutLoss: null }), run({ optimizer: { kind: "sgd", momentum: 0.9 } })],
    ]) {
      expect(await writeTable(path, () => runs)).toBe(6);
      expect(await kindOf(path)).toBe("table");
    }
    if (extension !== "csv") return;
    await writeTable(path, () => [run(), more]);
    const [header, first] = (await readFile(path, "utf8")).split("\n").map((line) => line.split(","));
    const at = header.indexOf("unigramExcess");
    expect(first.slice(at, at + 5)).toEqual(["", "", "", "", ""]);
  },
);

test("Parquet says what wrote it, whose bits they are, and what each column is", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "unigram-lab-")), "all.parquet");
  const metadata = async (...runs: ListedRun[]) => {
    await writeTable(path, () => runs, { force: true });
    const { key_value_metadata, schema } = parquetMetadata(new Uint8Array(await readFile(path)).buffer);
    const said = Object.fromEntries(key_value_metadata?.map(({ key, value }) => [key, value]) ?? []);
    return { said, names: schema.slice(1).map(({ name }) => name), schema };
  };
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  const falling = { kind: "cosine", from: 0.1, end: 200 } as const;
  const { said, names, schema } = await metadata(
    run(),
    run({ learningRate: falling }),
    measuring(conditional),
  );
  expect(said).toMatchObject({
    generator: `unigram-lab ${version}`,
    package: "unigram-lab",
    version,
    bitsRevision: String(bitsRevision),
  });
  const described = JSON.parse(said.columns ?? "");
  expect(Object.keys(described)).toEqual(names);
  for (const [name, text] of Object.entries(described)) expect(text, name).toMatch(/^[A-Z].{10,}\.$/);
  expect(described.learningRate).toContain("latest update");
  expect(described["optimizer.beta1"]).toBe("Of the config: decay of the first moment, β₁ (default: 0.9).");
  // a number is one to every reader
  expect(schema.find(({ name }) => name === "config.learningRate")?.type).toBe("DOUBLE");
  // and a seed, which may be larger than 2^31, a whole one
  expect(schema.find(({ name }) => name === "seed")?.type).toBe("INT64");
  await metadata(run(), run({ seed: Number.MAX_SAFE_INTEGER }));
  const rows = await parquetReadObjects({ file: new Uint8Array(await readFile(path)).buffer });
  expect(new Set(rows.map((row) => row.seed))).toEqual(new Set([0n, BigInt(Number.MAX_SAFE_INTEGER)]));
  expect((await metadata(run(), { ...run(), bitsRevision: 1 })).said.bitsRevision).toBe(`1, ${bitsRevision}`);
});

test("every field of a record has a docstring, the words that tables have", async () => {
  const source = await readFile("src/training/record.ts", "utf8");
  const docstrings = [...source.matchAll(/\/\*\* (.*) \*\/\s+(\w+)\??: /g)].map(([, text, name]) => [
    name,
    text,
  ]);
  expect(Object.fromEntries(docstrings)).toEqual(recordHelp);
  expect(Object.keys(recordHelp)).toEqual([...recordColumns, ...particularColumns]);
});

test("a table of no run is empty, and still one of ours", async () => {
  const folder = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  for (const [extension, content, kind] of [
    ["json", "[\n\n]\n", "table"],
    ["ndjson", "", "empty"],
    ["csv", "\n", "empty"],
  ]) {
    const path = join(folder, `none.${extension}`);
    expect(await writeTable(path, () => [])).toBe(0);
    expect(await readFile(path, "utf8")).toBe(content);
    expect(await kindOf(path)).toBe(kind);
  }
});

test("who computed relaxed runs is three columns where there are any, and a table with them is one of ours", async () => {
  const computedBy = { backend: "webgpu", adapter: 'a "card", of some sort', driver: "" };
  const relaxed = { ...run({ arithmetic: "relaxed" }), computedBy };
  const who = ["backend", "adapter", "driver"];
  expect((await namesOf(run(), relaxed)).slice(0, 4)).toEqual(["run", ...who]);
  expect(await namesOf(run())).not.toContain("backend");
  const nobody = { backend: null, adapter: null, driver: null };
  expect(await cellsOf(run(), relaxed)).toMatchObject([nobody, computedBy]);
  const directory = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  for (const ending of ["csv", "json", "ndjson", "parquet"])
    for (const rows of ["evaluations", "runs"] as const)
      for (const revision of [1, relaxed.bitsRevision]) {
        const path = join(directory, `${rows}.${ending}`);
        await writeTable(path, () => [{ ...run(), bitsRevision: revision as number }, relaxed], {
          rows,
          force: true,
        });
        expect(await kindOf(path), path).toBe("table");
      }
  const [header, ...lines] = (await readFile(join(directory, "runs.csv"), "utf8")).trim().split("\n");
  expect(header.startsWith("run,backend,adapter,driver,evaluations,divergedAt,step")).toBe(true);
  expect(lines.some((line) => line.includes(',webgpu,"a ""card"", of some sort",,'))).toBe(true);
});
