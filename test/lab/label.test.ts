import { expect, test } from "vitest";
import { parseConfig } from "../../src/index.js";
import { labelsOf, rateText } from "../../src/lab/state/label.js";

const labels = (...inputs: Parameters<typeof parseConfig>[0][]) => labelsOf(inputs.map(parseConfig));

test("a label has the fields in which any two runs differ", () => {
  expect(labels({ learningRate: 0.001 }, { learningRate: 0.01 })).toEqual(["lr 0.001", "lr 0.01"]);
  expect(labels({ vocabSize: 10, embeddingDim: 1 }, { vocabSize: 10, embeddingDim: 1, tied: false })).toEqual(
    ["tied", "not tied"],
  );
  expect(labels({}, { optimizer: { kind: "sgd" } })).toEqual(["adam", "sgd"]);
});

test("what follows from another field is not said", () => {
  expect(labels({ embeddingDim: 10 }, { embeddingDim: 100 })).toEqual(["D 10", "D 100"]);
});

test("when a run was evaluated, and its length, are said where nothing else tells two apart", () => {
  const sparse = { vocabSize: 50, steps: 500, evaluateEvery: 100 };
  expect(labels({}, { ...sparse, learningRate: 0.01 })).toEqual(["V 100, lr 0.001", "V 50, lr 0.01"]);
  expect(labels({ steps: 500 }, { steps: 900 })).toEqual(["steps 500", "steps 900"]);
  expect(labels({ vocabSize: 50 }, { vocabSize: 50, steps: 500 }, { vocabSize: 70 })).toEqual([
    "V 50, steps 3000",
    "V 50, steps 500",
    "V 70, steps 3000",
  ]);
  expect(labels({ evaluateEvery: 10 }, { evaluateEvery: 20 })).toEqual([
    "evaluateEvery 10",
    "evaluateEvery 20",
  ]);
});

test("a run alone is called by its size and its rate", () => {
  expect(labels({})).toEqual(["V 100, D 100, lr 0.001"]);
});

test("a schedule is said in a few characters", () => {
  expect(rateText(1e-4)).toBe("1e−4");
  expect(rateText(0.0003 * 1.6)).toBe("4.8e−4");
  expect(
    rateText({
      kind: "sequence",
      parts: [
        [0, 0.001],
        [500, 0.0001],
      ],
    }),
  ).toBe("0.001, 1e−4 from 500");
  const many: [number, number][] = Array.from({ length: 300 }, (_, i) => [i, 0.001 * (i + 1)]);
  expect(rateText({ kind: "sequence", parts: many }).length).toBeLessThan(60);
});
