/** What the page hands over as files is what the command line writes of the same runs. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { configHash, parseConfig, type RunConfigInput } from "../../src/config.js";
import { drawFigures } from "../../src/figures/drawing.js";
import { settingOf, wrapped } from "../../src/lab/share/caption.js";
import { contentOf } from "../../src/lab/share/content.js";
import { offers } from "../../src/lab/share/figures.js";
import { namesOf } from "../../src/lab/share/files.js";
import { svgOf } from "../../src/lab/share/pictures.js";
import { sortedResults } from "../../src/lab/share/results.js";
import { verdictOf } from "../../src/lab/share/sameBits.js";
import { type TableFormat, tableFile } from "../../src/lab/share/tables.js";
import type { LabRun } from "../../src/lab/state/lab.js";
import { Journal } from "../../src/sweep/index.js";
import { unigramLab } from "../cli/commandLine.js";
import { runOf } from "../experiments/syntheticRuns.js";
import { labOf, labRun, trained } from "./fakeLab.js";

const small: RunConfigInput = {
  vocabSize: 12,
  embeddingDim: 3,
  steps: 60,
  evaluateAt: { kind: "log", perDecade: 5 },
};
const inputs: RunConfigInput[] = [
  { ...small, learningRate: 0.01 },
  { ...small, learningRate: { kind: "cosine", from: 0.02, to: 0, start: 0, end: 60 } },
  // its records have columns of their own
  { ...small, targets: { kind: "topics", count: 3, strength: 0.5 }, tied: false },
  // ends early
  { ...small, optimizer: { kind: "sgd" }, learningRate: 1e30 },
];
let runs: LabRun[];
beforeAll(async () => {
  runs = [];
  for (const [i, input] of inputs.entries())
    runs.push(labRun("ABCD"[i], [await trained(input), await trained({ ...input, seed: 1 })]));
});

/** Their directory, by the command line. */
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  for (const [i, input] of inputs.entries()) {
    await writeFile(join(directory, `${i}.json`), JSON.stringify({ base: input, seeds: 2 }));
    const sweep = await unigramLab(["sweep", `${i}.json`, "--out", "runs", "--add"], directory);
    expect(sweep).toMatchObject({ code: 0 });
  }
});

async function exported(format: TableFormat): Promise<Buffer> {
  const file = `runs.${format}`;
  expect(await unigramLab(["export", "runs", "--out", file], directory)).toMatchObject({ code: 0 });
  return readFile(join(directory, file));
}

describe("a table", () => {
  test.each(["csv", "parquet", "json"] as const)("as %s is export's, byte for byte", async (format) => {
    const results = sortedResults(runs);
    expect(results).toHaveLength(8);
    expect(results.filter(({ divergedAt }) => divergedAt !== null)).toHaveLength(2);
    const own = Buffer.from(await (await tableFile(results, format)).arrayBuffer());
    expect(own.equals(await exported(format))).toBe(true);
  });

  test("has each run once, and numbers as JSON has them", async () => {
    const { config, records } = runOf(small, { excess: () => 1 });
    const odd = records.map((record) => ({ ...record, trainLoss: -0, loss: Number.NaN }));
    const run = labRun("A", [{ ...runs[0].replicas.value[0], config, records: odd }]);
    const results = sortedResults([run, run]);
    expect(results).toHaveLength(1);
    expect(Object.is(results[0].records[0].trainLoss, 0)).toBe(true);
    const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    const journal = await Journal.open(dir);
    await journal.append({ ...results[0], records: odd });
    await journal.close();
    await unigramLab(["export", ".", "--out", "runs.parquet"], dir);
    const own = Buffer.from(await (await tableFile(results, "parquet")).arrayBuffer());
    expect(own.equals(await readFile(join(dir, "runs.parquet")))).toBe(true);
  });

  test("a run without a record is left out", () => {
    expect(sortedResults([labRun("A", [{ ...runs[0].replicas.value[0], records: [] }])])).toEqual([]);
  });
});

/** Clip paths are numbered as long as a process draws. */
const named = (svg: string) => svg.replaceAll(/clip\d+/g, "clip");

describe("figures", () => {
  test("every panel of the page is one, drawn as a report draws it", async () => {
    const all = offers(labOf([runs[2], runs[0]]), [runs[2], runs[0]], [runs[2], runs[0]]);
    expect(all.map(({ name }) => name)).toEqual([
      ...["loss", "excess-loss", "decomposition", "effective-dimension"],
      ...["spectrum", "embedding", "probabilities"],
    ]);
    const { drawn, left } = await drawFigures(all.map((offer) => offer.make()));
    expect(left).toEqual([]);
    for (const [i, offer] of all.entries()) {
      expect(named(await svgOf(offer.make(), { size: "page", look: "dark" }))).toBe(named(drawn[i].svg.dark));
      expect(drawn[i].csv.split("\n").length).toBeGreaterThan(3);
    }
    const legend = drawn[1].legend.map(({ label }) => label);
    expect(legend).toEqual(["C: run C", "A: run A"]);
    expect(drawn[1].svg.light).toContain(">A: run A</text>");
  });

  test("a run keeps its colour when others are hidden", () => {
    const [figure] = offers(labOf(runs), runs.slice(0, 2), [runs[1]]).map((offer) => offer.make());
    const entries = (figure.panels[0].usermeta as { legend: { label: string; colour: string }[] }).legend;
    expect(entries.find(({ label }) => label === "B: run B")?.colour).toBe("#D55E00");
  });

  test("β has its line where the page has a window for it", () => {
    const falling = [0, 1].map((seed) =>
      runOf({ ...small, seed }, { excess: (step) => (2 + seed) / (1 + step) ** 0.5 }),
    );
    const own = labRun(
      "A",
      falling.map((run) => ({ ...runs[0].replicas.value[0], ...run })),
    );
    const lab = labOf([own]);
    const legend = (fit: [number, number] | undefined) => {
      lab.look({ fit });
      const [figure] = offers(lab, [own], [own]).flatMap((offer) =>
        offer.name === "excess-loss" ? offer.make() : [],
      );
      return (figure.panels[0].usermeta as { legend: { label: string }[] }).legend.map(({ label }) => label);
    };
    expect(legend(undefined)).toEqual([]);
    expect(legend([6, 60])).toEqual(["A: run A", expect.stringMatching(/^A: β 0\.\d\d ± 0\.00$/)]);
  });

  test("what was not measured is not offered", async () => {
    const bare = labRun("A", [await trained({ ...small, spectrum: false })]);
    const lab = { ...labOf([bare]), frame: { value: undefined } } as never;
    expect(offers(lab, [bare], [bare]).map(({ name }) => name)).toEqual(["loss", "excess-loss"]);
  });
});

test("a picture says what it is of", async () => {
  const all = offers(labOf(runs.slice(0, 2)), runs, runs.slice(0, 2));
  const pictureOf = (name: string) => all.find((offer) => offer.name === name)?.make().panels[0];
  expect(pictureOf("loss")?.title).toEqual({
    text: ["Loss"],
    subtitle: [
      "V = 12, D = 3, Adam, seeds 0, 1",
      "Mean over seeds and a band from the smallest to the largest.",
    ],
  });
  expect(pictureOf("embedding")?.title).toEqual({
    text: ["Embedding, run A: run A, step 60"],
    subtitle: ["V = 12, D = 3, Adam, seed 0", "The more a token stands out, the more frequent it is."],
  });
  expect(all.map(({ file }) => file)).toEqual([
    ...["loss-2-runs", "excess-loss-2-runs", "effective-dimension-2-runs"],
    ...["spectrum", "embedding", "probabilities"].map(
      (name) => `${name}-${configHash(parseConfig(inputs[0]))}-step-60`,
    ),
  ]);
  const svg = await svgOf(all.find(({ name }) => name === "effective-dimension")?.make() as never, {
    ...{ size: "page", look: "light" },
  });
  expect(svg).toContain("V = 12, D = 3, Adam, seeds 0, 1</tspan>");
});

test("a picture of the embedding has larger points for what is frequent, in colours of its look, and names apart", async () => {
  const [embedding] = offers(labOf(runs), runs, runs).flatMap((offer) =>
    offer.name === "embedding" ? offer.make() : [],
  );
  const [points, names] = embedding.panels[0].layer as {
    data: { values: { token: number; size: number; rare: number }[] };
    encoding: { x: { scale: { domain: number[] } }; y: { scale: { domain: number[] } } };
  }[];
  const sizes = points.data.values.toReversed().map(({ size }) => size);
  expect(sizes[0]).toBe(144);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(names.data.values.length).toBeGreaterThan(0);
  expect(names.data.values.length).toBeLessThanOrEqual(8);
  // a unit is as long across as it is upwards
  const span = ({ scale }: { scale: { domain: number[] } }) => scale.domain[1] - scale.domain[0];
  expect(span(points.encoding.x) / span(points.encoding.y)).toBeCloseTo(360 / 240, 9);
  const colours = async (look: "light" | "dark") =>
    (await svgOf(embedding, { size: "page", look })).match(/fill="(rgb\([^"]*|hsl\([^"]*)"/g);
  const [light, dark] = [await colours("light"), await colours("dark")];
  expect(light?.length).toBeGreaterThan(10);
  expect(dark?.[0]).not.toBe(light?.[0]);
});

test("a picture's band and axes are the page's", () => {
  const excess = [1, 4, 10];
  const falling = excess.map((scale, seed) =>
    runOf({ ...small, seed }, { excess: (step) => scale / (1 + step) }),
  );
  const own = labRun(
    "A",
    falling.map((run) => ({ ...runs[0].replicas.value[0], ...run })),
  );
  const panels = offers(labOf([own]), [own], [own]).map(
    ({ name, make }) => [name, make().panels[0]] as const,
  );
  for (const [name, spec] of panels.filter(([name]) => ["loss", "excess-loss"].includes(name))) {
    const [{ data, encoding }] = spec.layer as {
      data: { values: { step: number; mean: number; low: number; high: number }[] };
      encoding: Record<"x" | "y", { scale: { domain: [number, number] }; axis: { title: string } }>;
    }[];
    const floor = name === "loss" ? Number(own.replicas.value[0].entropy) : 0;
    const last = data.values[data.values.length - 1];
    expect([last.low, last.mean, last.high].map((value) => (value - floor) * 61)).toEqual([
      expect.closeTo(1, 6),
      expect.closeTo(5, 6),
      expect.closeTo(10, 6),
    ]);
    // no further than the band and a little room
    const [low, high] = encoding.y.scale.domain;
    const lows = data.values.map((row) => row.low);
    const highs = data.values.map((row) => row.high);
    expect(low).toBeLessThan(Math.min(...lows));
    if (name === "excess-loss") expect(low).toBeGreaterThan(Math.min(...lows) / 1.5);
    expect(high).toBeGreaterThan(Math.max(...highs));
    expect(encoding.x.axis.title).toBe("training steps");
  }
});

test("a caption is broken into lines, and names seeds in a row by their ends", () => {
  expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrapped("verylongword a", 4)).toEqual(["verylongword", "a"]);
  const over = (seeds: number[]) => seeds.map((seed) => parseConfig({ ...small, seed }));
  expect(settingOf(over([2, 0, 1, 4, 3]))).toBe("V = 12, D = 3, Adam, seeds 0 to 4");
  expect(
    settingOf([...over([7]), parseConfig({ vocabSize: 20, optimizer: { kind: "sgd" }, seed: 7 })]),
  ).toMatch(/^V = 12, 20, D = 3, \d+, Adam, SGD, seed 7$/);
});

describe("the same bits", () => {
  const expecting = (run: LabRun, hashes: (string | undefined)[], more: Partial<LabRun> = {}) =>
    labRun(
      run.letter,
      run.replicas.value.map((replica, i) => ({ ...replica, expectedHash: hashes[i] })),
      more,
    );
  const hashesOf = (run: LabRun) => run.replicas.value.map(({ weightsHash }) => weightsHash);

  test("are said where all are, and which run has others", () => {
    const [a, b] = runs;
    expect(verdictOf([a, b])).toBeUndefined();
    const [first] = hashesOf(a);
    expect(verdictOf([expecting(a, [first])])).toEqual({
      verdict: "same",
      text: `✓ reproduced exactly (same bits ${first?.slice(0, 8)}…)`,
    });
    expect(verdictOf([expecting(a, hashesOf(a)), expecting(b, hashesOf(b))])?.text).toBe(
      `✓ reproduced exactly: 4 of 4 (run A, seed 0: same bits ${first?.slice(0, 8)}…)`,
    );
    const [second] = hashesOf(b);
    const both = [expecting(a, [first]), expecting(b, [second])];
    expect(verdictOf(both, both[1])?.text).toContain(`(run B, seed 0: same bits ${second?.slice(0, 8)}…)`);
    expect(verdictOf([expecting(a, hashesOf(a)), expecting(b, [hashesOf(b)[0], "0123"])])).toEqual({
      verdict: "other",
      text: "≠ not reproduced: other bits in run B, seed 1",
    });
  });

  test("wait for a run that is not at its end, and are not asked of a GPU", () => {
    const [a] = runs;
    const [first, second] = expecting(a, ["0123", "0123"]).replicas.value;
    const waiting = labRun("A", [
      { ...first, expectedHash: first.weightsHash },
      { ...second, weightsHash: undefined },
    ]);
    expect(verdictOf([waiting])).toEqual({
      verdict: "waiting",
      text: "1 of 2 at their end, to compare with the link's",
    });
    const [relaxed] = expecting(a, ["0123"]).replicas.value.map((replica) => ({
      ...replica,
      config: parseConfig({ ...replica.config, arithmetic: "relaxed" }),
    }));
    expect(verdictOf([labRun("A", [relaxed])])).toEqual({
      verdict: "alike",
      text: "≈ other bits by nature: computed with other roundings",
    });
  });
});

test("a run of a GPU says in its table who computed it, one of the processor nothing", async () => {
  const [{ replicas }] = runs;
  const [first] = replicas.value;
  const computedBy = { backend: "webgpu", adapter: "a card", driver: "a driver" };
  const config = parseConfig({ ...first.config, arithmetic: "relaxed" });
  const results = sortedResults([labRun("A", [first]), labRun("B", [{ ...first, config, computedBy }])]);
  expect(results.map((result) => result.computedBy?.adapter ?? "").sort()).toEqual(["", "a card"]);
  const [head, ...rows] = (await (await tableFile(results, "csv")).text()).trim().split("\n");
  const at = head.split(",").indexOf("backend");
  const said = rows.map((row) =>
    row
      .split(",")
      .slice(at, at + 3)
      .join(),
  );
  expect(new Set(said)).toEqual(new Set([",,", "webgpu,a card,a driver"]));
});

test("a config's file is what train --config reads", async () => {
  const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  for (const run of runs) {
    await writeFile(join(dir, "run.json"), `${JSON.stringify(run.config.value, null, 2)}\n`);
    const { stderr } = await unigramLab(["train", "--config", "run.json", "--verbose"], dir);
    expect(stderr).toContain(`run ${configHash(run.config.value)}:`);
  }
});

test("files are called by what they are of: a run by its hash, several by their number", () => {
  const name = configHash(parseConfig(inputs[0]));
  expect(namesOf("loss", [labRun("A", runs[0].replicas.value.slice(0, 1))])).toBe(`loss-${name}`);
  expect(namesOf("loss", runs.slice(0, 1))).toBe(`loss-${name}-2-seeds`);
  expect(namesOf("loss", runs)).toBe("loss-4-runs");
});

test("what a link holds is said in a line", () => {
  expect(contentOf({ runs: [{ config: {} }] })).toBe(
    "1 run, no result to compare with yet: no run is at its end",
  );
  expect(
    contentOf({
      runs: [{ config: {}, seeds: 3, hashes: ["a", "b", "c"] }, { config: {} }],
      view: { logX: true },
      chapter: "collapse",
    }),
  ).toBe("2 runs, 4 seeds in all, view, chapter collapse, hashes of the results of 1 of 2 runs");
});
