import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { parquetMetadata } from "hyparquet";
import { expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { exportRuns, writeRecords, writeSweepReport } from "../../src/report/index.js";
import { runsOf, summarizeSweep } from "../../src/report/sweepSummary.js";
import { Journal } from "../../src/sweep/index.js";
import { runOf, type Shape } from "../experiments/syntheticRuns.js";

/** A journal whose excess loss falls as step^−β, β set by the learning rate and a little by the seed. */
async function journalOf(axes: RunConfigInput[]): Promise<Journal> {
  const journal = await Journal.open(await mkdtemp(join(tmpdir(), "unigram-lab-")));
  for (const config of axes)
    for (const seed of [0, 1, 2]) {
      const beta = 0.5 + Number(config.learningRate) + 0.01 * (seed - 1);
      await journal.append(
        runOf(
          { steps: 1000, ...config, seed },
          { excess: (step) => (step === 0 ? 3 : step ** -beta), dimension: (step) => 5 + step / 1000 },
        ),
      );
    }
  return journal;
}

test("axes are found in the runs, what follows from another is not one, and exponents come with their interval", async () => {
  const journal = await journalOf(
    [4, 9].flatMap((embeddingDim) => [0.1, 0.2, 0.3].map((learningRate) => ({ embeddingDim, learningRate }))),
  );
  const { axes, settings } = await summarizeSweep(journal);
  expect(axes.map(({ path, title, values }) => ({ path, title, values }))).toEqual([
    { path: "embeddingDim", title: "embeddingDim", values: [4, 9] },
    { path: "config.learningRate", title: "learningRate", values: [0.1, 0.2, 0.3] },
  ]);
  expect(settings.map(({ values }) => values)).toEqual([
    [4, 0.1],
    [4, 0.2],
    [4, 0.3],
    [9, 0.1],
    [9, 0.2],
    [9, 0.3],
  ]);
  for (const { values, exponent, outcomes, excessLoss } of settings) {
    const beta = 0.5 + Number(values[1]);
    expect(outcomes).toEqual({ sound: 3, diverged: 0, exploded: 0 });
    expect(exponent?.rSquared).toBeCloseTo(1, 10);
    expect(exponent?.mean).toBeCloseTo(beta, 10);
    expect(exponent?.standardDeviation).toBeCloseTo(0.01, 10);
    // t of two degrees of freedom at 97.5 % is 4.3027
    expect(exponent?.interval?.[1]).toBeCloseTo(beta + (4.3027 * 0.01) / Math.sqrt(3), 5);
    expect(excessLoss?.mean).toBeCloseTo(1000 ** -beta, 3);
  }
  await journal.close();
});

test("what changes with an axis is named beside it, but for defaults that belong to its values", async () => {
  const journal = await journalOf([
    { embeddingDim: 4, steps: 100, learningRate: 0.1 },
    { embeddingDim: 16, steps: 1000, learningRate: 0.1 },
    { embeddingDim: 25, steps: 1000, learningRate: 0.1 },
  ]);
  const { axes } = await summarizeSweep(journal);
  expect(axes.map(({ path, follows }) => [path, follows])).toEqual([
    ["embeddingDim", [{ title: "steps", said: ["100", "1000", "1000"] }]],
  ]);
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  await journal.close();
  expect(page).toContain("embeddingDim (4, 16, 25, and with it steps 100, 1000, 1000): 3 settings");
  expect(page).toContain('<span class="soft">and with it steps 100, 1000, 1000</span>');
  expect(page).toContain("the others held, but for what changes with it");
});

test.each<[string, RunConfigInput[], string[]]>([
  ["no axis", [{ learningRate: 0.1 }], ["effective-dimension", "excess-loss"]],
  ["one axis", [{ learningRate: 0.1 }, { learningRate: 0.2 }], ["effective-dimension", "excess-loss"]],
  [
    "three axes, one of many values",
    [5, 6].flatMap((embeddingDim) =>
      (["none", "rmsnorm"] as const).flatMap((norm) =>
        Array.from({ length: 8 }, (_, i) => ({ embeddingDim, norm, learningRate: (i + 1) / 20 })),
      ),
    ),
    ["effective-dimension", "excess-loss", "heat-map"],
  ],
])("draws a sweep of %s", async (_, configs, names) => {
  const journal = await journalOf(configs);
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  await journal.close();
  const figures = await readdir(join(journal.directory, "figures"));
  expect(figures.sort()).toEqual(filesOf(names));
  for (const name of names) {
    const svg = await readFile(join(journal.directory, "figures", `${name}.svg`), "utf8");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const marks = svg.match(/mark-(line|rect)/g)?.length ?? 0;
    expect(marks).toBeGreaterThan(0);
  }
  expect(page).toContain(`A sweep of ${3 * configs.length} runs`);
  expect(rowsOf(page)).toHaveLength(configs.length);
  expect(page).not.toMatch(/NaN|undefined|\[object|<script[^>]|(src|href)="https?:/);
});

/** The table's rows, as their texts. */
function rowsOf(page: string): string[][] {
  const [, body] = /<table class="sortable[^>]*>[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(page) ?? [];
  return (body ?? "")
    .split("</tr>")
    .slice(0, -1)
    .map((row) =>
      [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell]) =>
        cell
          .replaceAll(/<span class="narrow">.*?<\/span>/g, "")
          .replaceAll(/<[^>]*>/g, "")
          .trim(),
      ),
    );
}

/** The heads of its columns. */
const headsOf = (page: string): string[] =>
  [...page.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/g)].map(([, head]) => head.replaceAll("<wbr>", ""));

const read = (journal: Journal, name: string) => readFile(join(journal.directory, name), "utf8");

/** A journal of runs, each of its config and shape. */
async function journalOfRuns(runs: [RunConfigInput, Shape][]): Promise<Journal> {
  const journal = await Journal.open(await mkdtemp(join(tmpdir(), "unigram-lab-")));
  for (const [config, shape] of runs) await journal.append(runOf(config, shape));
  return journal;
}

/** As a directory lists them. */
const filesOf = (names: string[]) =>
  names.flatMap((name) => ["csv", "png", "svg"].map((kind) => `${name}.${kind}`));

const falling: Shape = { excess: (step) => 1 / (1 + step), dimension: (step) => 5 + step / 1000 };

test("values that differ in their fifth digit are two lines, two rectangles and two rows", async () => {
  const journal = await journalOfRuns(
    [12341, 12344, 50304].flatMap((batchSize) =>
      [0.123451, 0.123454].map((learningRate): [RunConfigInput, Shape] => [
        { steps: 300, batchSize, learningRate, embeddingDim: 4 },
        { ...falling, excess: (step) => batchSize * learningRate * (1 + step) ** -1 },
      ]),
    ),
  );
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  expect(headsOf(page).slice(0, 2)).toEqual(["learningRate", "batchSize"]);
  expect(rowsOf(page).map((row) => row.slice(0, 2).join(" "))).toEqual(
    ["0.123451", "0.123454"].flatMap((rate) => ["12341", "12344", "50304"].map((size) => `${rate} ${size}`)),
  );
  expect(page).toContain("batchSize (12341, 12344, 50304)");
  expect(page).not.toMatch(/50300|50\.3/);
  const heat = await read(journal, "figures/heat-map.svg");
  const cells = [...heat.matchAll(/<path aria-label="([^"]*)" role="graphics-symbol"/g)].map(
    ([, text]) => text,
  );
  expect(cells).toHaveLength(6);
  for (const label of ["12341", "12344", "50304", "0.123451", "0.123454"])
    expect(heat).toContain(`>${label}<`);
  const curves = await read(journal, "figures/excess-loss.svg");
  // two panels by learning rate, each with a line a batch size
  expect(curves.match(/mark-line/g)).toHaveLength(6);
  for (const label of ["batchSize 12341", "12344", "50304"]) expect(curves).toContain(`>${label}<`);
  expect(curves).toContain("learningRate 0.123451");
  await journal.close();
});

test("β says how many evaluations it leaves out for having no logarithm", async () => {
  const noisy = (every: number): Shape => ({
    ...falling,
    excess: (step) => (step > 0 && (step / 100) % every === 0 ? -0.001 : 1 / (1 + step)),
  });
  const journal = await journalOfRuns([
    [{ steps: 2000, seed: 0 }, noisy(2)],
    [{ steps: 2000, seed: 1 }, noisy(4)],
    [{ steps: 2000, seed: 0, embeddingDim: 4 }, falling],
  ]);
  const { settings } = await summarizeSweep(journal);
  expect(settings.map(({ leftOut }) => leftOut)).toEqual([
    { count: 0, of: 19 },
    { count: 15, of: 38 },
  ]);
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  expect(page).toContain("β leaves out 15 of 57 evaluations, whose excess loss is at or below 0");
  expect(headsOf(page)).toContain("left out of β");
  expect(rowsOf(page)[1].at(-1)).toBe("15 of 38");
  await journal.close();
});

const nothing: Shape = { excess: () => null, dimension: () => null };

test.each<[string, [RunConfigInput, Shape][], string[], RegExp[]]>([
  [
    "a vocabulary of one token",
    [1, 2].map((embeddingDim) => [
      { vocabSize: 1, steps: 300, embeddingDim },
      { ...falling, excess: () => 0 },
    ]),
    ["effective-dimension"],
    [/No figure excess-loss: no evaluation after step 0 has a mean excess loss above 0/],
  ],
  [
    "no step",
    [1, 2].map((embeddingDim) => [{ steps: 0, embeddingDim }, falling]),
    ["effective-dimension"],
    [/No figure excess-loss: no evaluation after step 0/],
  ],
  ["one step", [[{ steps: 100 }, falling]], ["effective-dimension", "excess-loss"], []],
  [
    "runs that all diverged",
    [0.1, 0.2].flatMap((learningRate) =>
      [1, 2].map((embeddingDim): [RunConfigInput, Shape] => [
        { steps: 300, learningRate, embeddingDim },
        nothing,
      ]),
    ),
    [],
    [
      /No figure excess-loss/,
      /No figure effective-dimension: no evaluation has a finite effective dimension/,
      /No figure heat-map: no setting has a mean excess loss above 0 at its last step/,
    ],
  ],
  [
    "one setting of four that has something to draw",
    [0.1, 0.2].flatMap((learningRate, i) =>
      [1, 2].map((embeddingDim, j): [RunConfigInput, Shape] => [
        { steps: 300, learningRate, embeddingDim },
        i + j === 0 ? falling : nothing,
      ]),
    ),
    // a single value is no map
    ["effective-dimension", "excess-loss"],
    [/Left out are 1 of 2 panels/],
  ],
])("%s: what has nothing to draw is left out, and the page says why", async (_, runs, names, reasons) => {
  const journal = await journalOfRuns(runs);
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  const figures = await readdir(join(journal.directory, "figures")).catch(() => []);
  expect(figures.sort()).toEqual(filesOf(names));
  for (const reason of reasons) expect(page).toMatch(reason);
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
  for (const name of names)
    expect(await read(journal, `figures/${name}.svg`)).toMatch(/mark-(line|rect|symbol)[^>]*>\s*<path/);
  await journal.close();
});

test("a control character in a config costs no figure and no page", async () => {
  const journal = await Journal.open(await mkdtemp(join(tmpdir(), "unigram-lab-")));
  for (const norm of ["none", "a\0b"]) {
    const run = runOf({ steps: 300 }, falling);
    await journal.append({
      ...run,
      run: `${norm.length}`.repeat(16),
      config: { ...run.config, norm: norm as "none" },
    });
  }
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  expect(page).toContain("a\\u0000b");
  expect(page).not.toContain("\0");
  expect(await readdir(join(journal.directory, "figures"))).toHaveLength(6);
  await journal.close();
});

test("page, figures and tables say what made them", async () => {
  const journal = await journalOfRuns([[{ steps: 300 }, falling]]);
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  expect(page).toMatch(/<meta name="generator" content="unigram-lab \d+\.\d+\.\d+">/);
  expect(await read(journal, "figures/excess-loss.svg")).toMatch(
    /^<svg[^>]*><metadata>unigram-lab \d+\.\d+\.\d+<\/metadata>/,
  );
  const png = await readFile(join(journal.directory, "figures/excess-loss.png"));
  expect(png.toString("latin1")).toMatch(/tEXtSoftware\0unigram-lab \d+\.\d+\.\d+/);
  // the chunk's checksum is right: the decoder of the browser next door would refuse it else
  const at = png.indexOf("tEXt");
  const length = png.readUInt32BE(at - 4);
  expect(png.readUInt32BE(at + 4 + length)).toBe(crc32(png.subarray(at, at + 4 + length)));
  const table = join(journal.directory, "runs.parquet");
  await exportRuns(journal, table);
  const records = join(journal.directory, "records.parquet");
  await writeRecords(records, [runOf({ steps: 100 }, falling)]);
  for (const bytes of [await readFile(table), await readFile(records)]) {
    const { buffer, byteOffset, length } = bytes;
    const { key_value_metadata } = parquetMetadata(
      buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer,
    );
    expect(key_value_metadata).toContainEqual({
      key: "generator",
      value: expect.stringMatching(/^unigram-lab \d+\.\d+\.\d+$/),
    });
  }
  await journal.close();
});

test("strict and relaxed runs, and relaxed ones of two devices, are settings of their own; the page says who computed", async () => {
  const journal = await Journal.open(await mkdtemp(join(tmpdir(), "unigram-lab-")));
  const shape: Shape = { excess: (step) => 1 / (1 + step) };
  const add = (adapter: string | undefined, seeds: number[]) =>
    Promise.all(
      seeds.map((seed) =>
        journal.append({
          ...runOf({ vocabSize: 4, steps: 100, seed, arithmetic: adapter ? "relaxed" : "strict" }, shape),
          ...(adapter ? { computedBy: { backend: "webgpu", adapter, driver: "d" } } : {}),
        }),
      ),
    );
  await add(undefined, [0, 1, 2]);
  await add("one", [0, 1]);
  const single = await summarizeSweep(journal);
  // one device: that it is relaxed tells it apart
  expect(single.axes).toMatchObject([{ path: "arithmetic", values: ["relaxed", "strict"] }]);
  await add("another", [2, 3, 4, 5]);
  const { settings, axes } = await summarizeSweep(journal);
  const device = axes.map(({ path }) => path).indexOf("device");
  expect(device).toBeGreaterThanOrEqual(0);
  expect(settings.map((setting) => `${setting.values[device]} ${runsOf(setting)}`).sort()).toEqual([
    "null 3",
    "webgpu on another (d) 4",
    "webgpu on one (d) 2",
  ]);
  const out = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const page = await readFile(await writeSweepReport(journal, out), "utf8");
  expect(page).toContain("<dt>relaxed runs</dt><dd>4 by webgpu on another (d); 2 by webgpu on one (d)</dd>");
  await journal.close();
});
