/** A chapter's runs on the page: found where a link brought them, and how far they are. */
import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import { configHash, parseConfig, type RunConfigInput, type TrainingRecord } from "../../src/index.js";
import { svgOf } from "../../src/lab/share/pictures.js";
import type { Lab, Replica } from "../../src/lab/state/lab.js";
import { betaWindow } from "../../src/lab/tour/chapters/betaWindow.js";
import { collapse } from "../../src/lab/tour/chapters/collapse.js";
import { figureOf } from "../../src/lab/tour/figure.js";
import { progressOf, Stage } from "../../src/lab/tour/stage.js";
import { labRun } from "../share/fakeLab.js";

const replica = (config: RunConfigInput, step: number, status: Replica["status"] = "running"): Replica => ({
  ...{ config: parseConfig(config), records: [], step, status, failure: undefined, seconds: 0 },
  ...{ entropy: undefined, conditionalEntropy: undefined, weightsHash: undefined, expectedHash: undefined },
});
const arms = collapse.arms(undefined);
const runsOf = (seeds = 5, first = 0) =>
  arms.map(({ config }, i) =>
    labRun(
      "ABCDE"[i],
      Array.from({ length: seeds }, (_, seed) => replica({ ...config, seed: first + seed }, 0)),
    ),
  );
const labOf = (runs: ReturnType<typeof runsOf>) =>
  ({ runs: signal(runs), playing: signal(true) }) as Partial<Lab> as Lab;

describe("runs that a link brought", () => {
  test("are the chapter's where configs and seeds are, in any order and beside others", () => {
    const [a, b, c, d, e] = runsOf();
    const other = labRun("F", [replica({}, 0)]);
    const found = new Stage(labOf([d, other, c, b, e, a])).found(collapse);
    expect([...(found ?? [])].map(([label, { run }]) => [label, run.letter])).toEqual(
      arms.map(({ label }, i) => [label, "ABCDE"[i]]),
    );
  });

  test("are not, where one is missing, or seeds are others or fewer", () => {
    expect(new Stage(labOf(runsOf().slice(1))).found(collapse)).toBeUndefined();
    expect(new Stage(labOf(runsOf(4))).found(collapse)).toBeUndefined();
    expect(new Stage(labOf(runsOf(5, 1))).found(collapse)).toBeUndefined();
  });
});

test("runs are as far as their steps are, and one that diverged is at its end", () => {
  const input = { ...arms[0].config, steps: 100 };
  const run = labRun("A", [replica(input, 100, "ended"), replica(input, 50), replica(input, 7, "diverged")]);
  const placed = new Map([["a", { run, seeds: 3, hash: configHash(parseConfig(input)) }]]);
  const progress = progressOf(labOf([run]), placed);
  expect(progress).toMatchObject({ kind: "running", done: 2, of: 3 });
  expect(progress.kind === "running" && progress.share).toBeCloseTo(250 / 300, 12);
  expect(progressOf(labOf([]), placed)).toEqual({ kind: "changed" });
});

const record = (step: number, value: number) =>
  ({ step, excessLoss: value, effectiveDimension: value }) as TrainingRecord;

test("a chapter's chart is a figure: its guess in ink, its curves, points where nothing lies between them", async () => {
  const seen = new Map(
    arms.map(({ label, config }) => [
      label,
      [0, 1].map((seed) => ({
        config: parseConfig(config),
        records: [record(0, 60), record(3000, 30 + seed)],
      })),
    ]),
  );
  const drawing = (drawn: number[] | undefined) => ({
    guess: collapse.guess,
    drawn,
    curves: collapse.curves(seen).map((curve) => ({ ...curve, look: 0 })),
    references: [],
  });
  const svg = async (drawn: number[] | undefined) =>
    svgOf(figureOf(collapse, drawing(drawn), seen), { size: "page", look: "light" });
  const own = await svg([60, 50, 40, 30, 20, 10, 5]);
  expect(own).toContain(">guess</text>");
  expect(own).toContain(`>${arms[0].label}</text>`);
  expect(own).not.toContain("no guess was drawn");
  const none = await svg(undefined);
  expect(none).not.toContain(">guess</text>");
  expect(none).toContain("Mean over seeds and one standard deviation; no guess was drawn.");
  expect(none).toContain("V = 100, D = 100, Adam, seed 0");
  const points = figureOf(
    betaWindow,
    {
      ...{ guess: betaWindow.guess, drawn: undefined, references: [] },
      curves: [{ label: "β", apart: true, look: 0, points: [{ x: 1, mean: 0.5, low: 0.4, high: 0.6 }] }],
    },
    seen,
  );
  const apart = await svgOf(points, { size: "page", look: "light" });
  expect(apart).toContain("mark-symbol");
  expect(apart).not.toContain("mark-line");
});
