import { expect, test } from "vitest";
import type { Cell } from "../../src/formats/table.js";
import { valueLabels } from "../../src/report/valueLabels.js";

const labels = (path: string, ...values: Cell[]) => [...valueLabels(path, values).values()];

test("numbers with the digits it takes, whole ones whole", () => {
  expect(labels("vocabSize", 10, 50304)).toEqual(["10", "50304"]);
  expect(labels("config.learningRate", 0.123451, 0.123454)).toEqual(["0.123451", "0.123454"]);
});

test("schedules by their names, beside plain rates; one of a later version as it stands", () => {
  const cosine = '{"kind":"cosine","from":0.01,"to":0,"start":0,"end":600}';
  expect(labels("config.learningRate", 0.01, cosine)).toEqual(["0.01", "cosine 0.01 → 0"]);
  expect(labels("config.learningRate", 0.01, '{"kind":"later"}')).toEqual(["0.01", '{"kind":"later"}']);
});

test("interventions in words, none where a run has none", () => {
  const list = '[{"step":500,"kind":"rescale","embeddingRms":0.25},{"step":700,"kind":"reset-moments"}]';
  expect(labels("interventions", null, list)).toEqual([
    "none",
    "500: rescale embeddingRms 0.25, 700: reset-mome…",
  ]);
  expect(labels("interventions", null, "no list")).toEqual(["none", "no list"]);
});

test("long text is cut, and numbered where that makes two alike", () => {
  const long = "x".repeat(60);
  expect(labels("distribution.digest", `${long}a`, `${long}b`, "short")).toEqual([
    `${"x".repeat(47)}… (1)`,
    `${"x".repeat(47)}… (2)`,
    "short",
  ]);
});
