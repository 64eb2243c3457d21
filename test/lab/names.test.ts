import { expect, test } from "vitest";
import { lookOf } from "../../src/lab/looks.js";
import type { LabRun } from "../../src/lab/state/lab.js";
import { MOST_RUNS, nextName } from "../../src/lab/state/names.js";

test("no two runs of a page look alike, by colour and dash or by colour and shape", () => {
  const runs: LabRun[] = [];
  while (runs.length < MOST_RUNS) runs.push(nextName(runs, "here") as LabRun);
  const looks = runs.map(({ look }) => lookOf(look));
  expect(new Set(looks.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(MOST_RUNS);
  expect(new Set(looks.map(({ colour, shape }) => `${colour} ${shape}`)).size).toBe(MOST_RUNS);
  expect(looks[0]).toMatchObject({ colour: "var(--look-0)", dash: [] });
});

test("what has been removed is the first to come again", () => {
  const runs = ["A", "C"].map((letter) => ({ letter }) as LabRun);
  expect(nextName(runs, "here")).toEqual({ letter: "B", look: 1, origin: "here" });
});
