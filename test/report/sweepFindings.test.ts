/** What the page of a sweep says first: the best run, what varies, how runs ended; and its table. */
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";
import { configHash, type RunConfigInput } from "../../src/config.js";
import { trainCommand } from "../../src/fields/trainCommand.js";
import { bestSettings, writeSweepReport } from "../../src/report/index.js";
import { bestRuns, effects, endedText } from "../../src/report/sweepFindings.js";
import { LEAST_R_SQUARED, summarizeSweep } from "../../src/report/sweepSummary.js";
import { settingsCsv, sortScript } from "../../src/report/sweepTable.js";
import { Journal } from "../../src/sweep/index.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf, type Shape } from "../experiments/syntheticRuns.js";

async function journalOf(runs: RunResult[]): Promise<Journal> {
  const journal = await Journal.open(await mkdtemp(join(tmpdir(), "unigram-lab-")));
  for (const run of runs) await journal.append(run);
  return journal;
}

const to = (end: number): Shape => ({
  excess: (step) => (step === 0 ? 1 : end * (1000 / step) ** 0.5),
  dimension: () => 5,
});
const run = (config: RunConfigInput, shape: Shape) => runOf({ steps: 1000, ...config }, shape);
const exploding: Shape = { excess: (step) => (step === 0 ? 1 : 1e8) };

/** An open page: what its text says without tags. */
async function pageOf(runs: RunResult[]) {
  const journal = await journalOf(runs);
  const page = await readFile(await writeSweepReport(journal, journal.directory), "utf8");
  const figure = (name: string) => readFile(join(journal.directory, "figures", name), "utf8");
  const summary = await summarizeSweep(journal);
  await journal.close();
  return { page, figure, summary };
}

test("the best run is the least of the sound ones, with the command line that repeats it", async () => {
  const best = run({ learningRate: 0.1, seed: 1 }, to(0.02));
  const { page, summary } = await pageOf([
    run({ learningRate: 0.1, seed: 0 }, to(0.05)),
    best,
    run({ learningRate: 0.2, seed: 0 }, to(0.03)),
    run({ learningRate: 0.2, seed: 1 }, to(0.03)),
    // lower, but no success
    { ...run({ learningRate: 0.3, seed: 0 }, to(0.001)), divergedAt: 999 },
    run({ learningRate: 0.3, seed: 1 }, exploding),
  ]);
  const [only, ...others] = bestRuns(summary.axes, summary.settings);
  expect(others).toEqual([]);
  expect(only.run.run).toBe(best.run);
  expect(only.run.excessLoss).toBeCloseTo(0.02, 12);
  expect(only.setting.values).toEqual([0.1]);
  // the mean of 0.05 and 0.02 is more than that of 0.03 twice
  expect(only.bestSetting?.values).toEqual([0.2]);
  expect(page).toContain("<dt>Best setting</dt>");
  expect(page).toContain(
    '<span class="value">0.03 ± 0</span> nats of excess loss at step 1000, mean ± sd of 2 seeds: learningRate 0.2.',
  );
  expect(page).toContain(
    "<pre>npx unigram-lab sweep --learning-rate 0.2 --steps 1000 --seeds 2 --out unigram-lab-best</pre>",
  );
  expect(page).toContain("Best single run: 0.02, learningRate 0.1, seed 1");
  expect(page).toContain("(mean of its 2 seeds 0.035 ± 0.021)");
  expect(page).toContain(`<pre>npx ${trainCommand(best.config)}</pre>`);
});

test("a setting that a seed does not survive is neither the best nor compared, as `best` has it", async () => {
  const runs = [
    run({ learningRate: 0.1, seed: 0 }, to(0.04)),
    run({ learningRate: 0.1, seed: 1 }, to(0.06)),
    run({ learningRate: 0.2, seed: 0 }, to(0.1)),
    run({ learningRate: 0.2, seed: 1 }, to(0.1)),
    run({ learningRate: 0.3, seed: 0 }, to(0.001)),
    run({ learningRate: 0.3, seed: 1 }, exploding),
  ];
  const journal = await journalOf(runs);
  const [ranking] = await bestSettings(journal);
  const { page, summary } = await pageOf(runs);
  const [only] = bestRuns(summary.axes, summary.settings);
  expect(only.bestSetting?.first.run).toBe(ranking.best[0].runs[0].run);
  expect(only.bestSetting?.values).toEqual([0.1]);
  expect(only.setting.values).toEqual([0.3]);
  expect(effects(summary.axes, summary.settings)).toMatchObject([
    { factor: expect.closeTo(2, 9), bestAt: [{ label: "0.1", count: 1 }] },
  ]);
  expect(page).toContain("1 of its 2 seeds ended soundly");
  expect(page.match(/Left out: 1 setting of which a seed diverged or exploded\./g)).toHaveLength(2);
  await journal.close();
});

test("losses of two tasks are not compared where a field of the model changes with the task", async () => {
  const { page, summary, figure } = await pageOf(
    [
      { embeddingDim: 4, distribution: { kind: "zipf", exponent: 1 } as const },
      { embeddingDim: 8, distribution: { kind: "zipf", exponent: 2 } as const },
    ].flatMap((zipped) =>
      [0.1, 0.2].map((learningRate) =>
        run({ ...zipped, learningRate }, to(learningRate / zipped.embeddingDim)),
      ),
    ),
  );
  const { axes, settings } = summary;
  expect(axes.map(({ path }) => path)).toEqual([
    "embeddingDim",
    "distribution.exponent",
    "config.learningRate",
  ]);
  expect(bestRuns(axes, settings).map(({ task, run: { config } }) => [task, config.learningRate])).toEqual([
    ["distribution.exponent 1", 0.1],
    ["distribution.exponent 2", 0.1],
  ]);
  expect(effects(axes, settings).map(({ factor, of }) => [factor, of])).toEqual([
    [null, 0],
    [null, 0],
    [expect.closeTo(2, 9), 2],
  ]);
  expect(page).toContain("<dt>Best runs</dt>");
  // a line of pairs is no map
  expect(await figure("heat-map.svg").catch(() => "")).toBe("");
});

test("runs that diverged or exploded are counted, and in no mean, curve or exponent", async () => {
  const { page, summary, figure } = await pageOf([
    run({ learningRate: 0.1, seed: 0 }, to(0.05)),
    run({ learningRate: 0.1, seed: 1 }, exploding),
    run({ learningRate: 0.2, seed: 0 }, exploding),
    { ...run({ learningRate: 0.2, seed: 1 }, to(0.05)), divergedAt: 500 },
  ]);
  const [half, none] = summary.settings;
  expect(half.outcomes).toEqual({ sound: 1, diverged: 0, exploded: 1 });
  expect(half.excessLoss).toMatchObject({ mean: expect.closeTo(0.05, 12), seeds: 1 });
  expect(half.exponent?.mean).toBeCloseTo(0.5, 12);
  expect(half.curves.excessLoss.every(({ high }) => high <= 1)).toBe(true);
  expect(none).toMatchObject({
    outcomes: { sound: 0, diverged: 1, exploded: 1 },
    ...{ excessLoss: null, exponent: null, best: null },
  });
  expect(page).toContain(
    "1 of 4 runs ended soundly; 1 diverged (learningRate 0.2: 1 of 2); 2 exploded (learningRate 0.1: 1 of 2; learningRate 0.2: 1 of 2).",
  );
  expect(page).toContain('<th scope="col">runs left out</th>');
  expect(page).toMatch(/data-label="runs left out" data-order="2">1 diverged, 1 exploded</);
  expect(await figure("excess-loss.csv")).not.toContain("e8");
  expect(await figure("excess-loss.csv")).not.toContain("100000000");
});

test("where an axis tells the exploded from the others, its values say so", async () => {
  const { summary } = await pageOf(
    [0.1, 10, 100].flatMap((learningRate) =>
      [4, 8].map((embeddingDim) =>
        run({ learningRate, embeddingDim }, learningRate > 1 ? exploding : to(0.1)),
      ),
    ),
  );
  const { axes, settings } = summary;
  expect(endedText("exploded", axes, settings)).toBe("4 exploded (all with learningRate 10, 100)");
  expect(endedText("diverged", axes, settings)).toBe("");
});

test("losses are compared within one vocabulary and its data", async () => {
  const sizes = [10, 50304];
  const { page, summary } = await pageOf(
    sizes.flatMap((vocabSize) =>
      [0.1, 0.2].map((learningRate) =>
        run({ vocabSize, learningRate, embeddingDim: 2 }, to((learningRate * vocabSize) / 1e5)),
      ),
    ),
  );
  const bests = bestRuns(summary.axes, summary.settings);
  expect(bests.map(({ task, run: { config } }) => [task, config.learningRate])).toEqual(
    sizes.map((size) => [`vocabSize ${size}`, 0.1]),
  );
  expect(effects(summary.axes, summary.settings)).toMatchObject([
    { axis: { path: "vocabSize" }, factor: null, of: 0 },
    {
      axis: { path: "config.learningRate" },
      ...{ factor: expect.closeTo(2, 9), bestAt: [{ label: "0.1", count: 2 }], of: 2 },
    },
  ]);
  expect(page).toContain("50304");
  expect(page).not.toMatch(/50300|50\.3/);
});

test("an exponent stands with its R², and not where the loss does not fall along a line", async () => {
  // R² 0.63: no power law
  const stepped: Shape = {
    excess: (step) => (step === 0 ? 1 : 0.1 * (1000 / step) ** 0.5 * ((step / 100) % 2 === 0 ? 1.6 : 1)),
  };
  const noisy: Shape = { excess: (step) => (step === 0 ? 1 : (step / 100) % 2 === 0 ? 0.1 : 0.2) };
  const rising: Shape = { excess: (step) => (step === 0 ? 5 : 1e-3 * step) };
  const { page, summary } = await pageOf([
    run({ learningRate: 0.1, seed: 0 }, to(0.1)),
    run({ learningRate: 0.2, seed: 0 }, noisy),
    run({ learningRate: 0.3, seed: 0 }, rising),
    // one of its seeds falls
    run({ learningRate: 0.4, seed: 0 }, to(0.1)),
    run({ learningRate: 0.4, seed: 1 }, noisy),
    run({ learningRate: 0.5, seed: 0 }, stepped),
  ]);
  const [falls, ...others] = summary.settings.map(({ exponent }) => exponent);
  expect(falls).toMatchObject({ mean: expect.closeTo(0.5, 9), rSquared: expect.closeTo(1, 9) });
  expect(others).toEqual([null, null, null, null]);
  expect(LEAST_R_SQUARED).toBe(0.9);
  expect(page).toMatch(/data-label="β"[^>]*>0\.5<span class="narrow"> R² 1\.000</);
});

test("a schedule has its name in titles, the table, the heat map and CSV", async () => {
  const schedules: RunConfigInput["learningRate"][] = [
    0.01,
    { kind: "cosine", from: 0.01, end: 1000 },
    {
      kind: "piecewise-linear",
      points: [
        [0, 0],
        [60, 0.01],
      ],
    },
  ];
  const batches = [8, 16, 32, 64];
  const { page, summary, figure } = await pageOf(
    schedules.flatMap((learningRate, i) =>
      batches.map((batchSize) => run({ learningRate, batchSize }, to(1e-3 * (i + 1) * batchSize))),
    ),
  );
  const names = ["0.01", "cosine 0.01 → 0", "warmup 60 to 0.01"];
  expect(summary.axes[0]).toMatchObject({ title: "learningRate" });
  const csv = settingsCsv(summary);
  const heat = await figure("heat-map.svg");
  const curves = await figure("excess-loss.svg");
  for (const name of names) {
    expect(page).toMatch(new RegExp(`data-label="learningRate"[^>]*>${name}</td>`));
    expect(heat).toContain(`>${name}</text>`);
    // batch sizes are told by colour, as they are more
    expect(curves).toContain(`>learningRate ${name}</text>`);
    expect(csv).toMatch(new RegExp(`^"?${name}"?,8,`, "m"));
    expect(await figure("heat-map.csv")).toContain(name);
  }
  for (const text of [page.replaceAll(/<pre>.*?<\/pre>/gs, ""), heat, curves, csv])
    expect(text).not.toMatch(/piecewise-linear|&quot;kind|"kind/);
});

test("findings come first, then what is fixed, figures and the table", async () => {
  const { page } = await pageOf(
    [0.1, 0.2].flatMap((learningRate) =>
      [4, 8].map((embeddingDim) => run({ learningRate, embeddingDim, vocabSize: 50304 }, to(learningRate))),
    ),
  );
  const order = ["Best run", "What varies", "How they ended", "What is fixed", "<figure", "All 4 settings"];
  const places = order.map((text) => page.indexOf(text));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places).not.toContain(-1);
  // what is not at its default, and what a run is known by
  expect(page).toContain("<p>vocabSize 50304 · optimizer.kind adam · batchSize 128 · steps 1000</p>");
  expect(page).toMatch(/All \d+ settings that the runs share[\s\S]*<li>optimizer.beta1 0.9<span/);
});

test("a row, a column and a single value are a table's matter: no heat map", async () => {
  const names = async (runs: RunResult[]) => {
    const { figure, page } = await pageOf(runs);
    return (await figure("heat-map.svg").catch(() => "")) !== "" || page.includes("figure-heat-map");
  };
  const [a, b] = [
    { learningRate: 0.1, embeddingDim: 4 },
    { learningRate: 0.2, embeddingDim: 8 },
  ];
  const grid = [a, b, { ...a, embeddingDim: 8 }];
  expect(await names(grid.map((config) => run(config, to(0.1))))).toBe(true);
  expect(await names([a, { ...a, embeddingDim: 8 }].map((config) => run(config, to(0.1))))).toBe(false);
  // two axes, and all that did not diverge on one value of one of them
  const alive = grid.map((config) => run(config, config.learningRate === 0.2 ? exploding : to(0.1)));
  expect(await names(alive)).toBe(false);
});

test("the script sorts by a column and back, what has no value last, and the table is whole without it", () => {
  const orders = [
    ["2", "0.5"],
    ["0", ""],
    ["1", "-3"],
    ["3", "10"],
  ];
  const rows = orders.map((cells) => ({ cells: cells.map((order) => ({ dataset: { order } })) }));
  const body = {
    rows: [...rows],
    append(...list: typeof rows) {
      body.rows = list;
    },
  };
  const heads = [0, 1].map(() => {
    const attributes = new Map<string, string>();
    return {
      childNodes: [],
      append() {},
      attributes,
      getAttribute: (name: string) => attributes.get(name) ?? null,
      setAttribute: (name: string, value: string) => attributes.set(name, value),
      removeAttribute: (name: string) => attributes.delete(name),
    };
  });
  const clicks: (() => void)[] = [];
  const document = {
    querySelectorAll: () => [{ tHead: { rows: [{ cells: heads }] }, tBodies: [body] }],
    createElement: () => ({
      append() {},
      addEventListener: (_: string, click: () => void) => clicks.push(click),
    }),
  };
  runInContext(sortScript, createContext({ document }));
  const shown = (column: number) => body.rows.map(({ cells }) => cells[column].dataset.order);
  clicks[1]();
  expect(shown(1)).toEqual(["-3", "0.5", "10", ""]);
  expect(heads[1].getAttribute("aria-sort")).toBe("ascending");
  clicks[1]();
  expect(shown(1)).toEqual(["10", "0.5", "-3", ""]);
  clicks[0]();
  expect(shown(0)).toEqual(["0", "1", "2", "3"]);
  expect(heads.map((head) => head.getAttribute("aria-sort"))).toEqual(["ascending", null]);
});

test("the table as CSV has every digit and the run that is best", async () => {
  const best = run({ learningRate: 0.1, seed: 1 }, to(1 / 70));
  const { summary, page } = await pageOf([run({ learningRate: 0.1, seed: 0 }, to(0.1)), best]);
  const [head, row] = settingsCsv(summary).trim().split(/\r?\n/);
  const cells = Object.fromEntries(head.split(",").map((name, i) => [name, row.split(",")[i]]));
  expect(cells).toMatchObject({
    seeds: "2",
    diverged: "0",
    exploded: "0",
    best_run: configHash(best.config),
  });
  const ends = [0.1, best.records.at(-1)?.excessLoss as number];
  expect(Number(cells.excess_loss_mean)).toBe((ends[0] + ends[1]) / 2);
  expect(page).toContain(`href="data:text/csv;charset=utf-8,${encodeURIComponent(head)}`);
});

test("on a narrow page a table of few columns stays one, and a row of many is a card", async () => {
  const { page: few } = await pageOf([0.1, 0.2].map((learningRate) => run({ learningRate }, to(0.1))));
  expect(few).toContain('<table class="sortable">');
  const norms = ["layernorm", "rmsnorm"] as const;
  const { page: many } = await pageOf(
    norms.flatMap((norm) =>
      [0.1234567, 0.1234568].flatMap((learningRate) =>
        [4, 8].map((embeddingDim) => run({ learningRate, norm, embeddingDim }, to(0.1))),
      ),
    ),
  );
  expect(many).toContain('<table class="sortable cards">');
  // every cell of a card says what it is
  expect(many).not.toMatch(/<td(?![^>]*data-label)[^>]*data-order/);
});
