import { describe, expect, it } from "vitest";
import { frameFields } from "../../src/browser/liveRun.js";
import { parseConfig, tokenSource } from "../../src/index.js";
import { floorsOf } from "../../src/lab/views/floors.js";
import { viewNamed, views } from "../../src/lab/views/index.js";
import { learnedOf } from "../../src/lab/views/probabilities.js";
import { dimensionsOf, roundAbove, sharesOf } from "../../src/lab/views/shares.js";
import { turned } from "../../src/lab/views/steadyAxes.js";
import { orderOf, targetsOf, tokensOf } from "../../src/lab/views/tokens.js";
import { summarize } from "../../src/observables/spectrum.js";
import { labRun, replica } from "./replicas.js";

describe("the views", () => {
  it("have names of their own, and need what frames have", () => {
    expect(views.map(({ name }) => name)).toEqual([
      "loss",
      "excess-loss",
      "decomposition",
      "effective-dimension",
      "spectrum",
      "embedding",
      "probabilities",
    ]);
    expect(new Set(views.flatMap(({ needs }) => needs))).toEqual(new Set(frameFields));
    for (const view of views) expect(viewNamed(view.name)).toBe(view);
    expect(viewNamed("nothing")).toBeUndefined();
  });
});

describe("learned probabilities", () => {
  it("are those of just the input that is looked at, or of all", () => {
    const probabilities = Float64Array.of(0.7, 0.3);
    const [mean, single] = [
      { step: 1, probabilities },
      { step: 1, probabilities, inputs: [1] },
    ];
    expect(learnedOf(mean, 2, undefined)).toBe(probabilities);
    expect(learnedOf(single, 2, 1)).toBe(probabilities);
    for (const [frame, V, input] of [
      [mean, 2, 1],
      [single, 2, undefined],
      [single, 2, 0],
      [mean, 1, undefined],
      [mean, 3, undefined],
      [undefined, 2, undefined],
    ] as const)
      expect(learnedOf(frame, V, input)).toBeUndefined();
  });
});

describe("floors", () => {
  const run = (letter: string, entropy?: number, conditionalEntropy = entropy) =>
    labRun(letter, [replica([], { entropy, conditionalEntropy })]);

  it("are one where all runs have it", () => {
    expect(floorsOf([run("A", 3), run("B", 3)])).toEqual([{ y: 3, label: "H" }]);
  });

  it("say whose they are where they differ, and H − I where it is lower", () => {
    expect(floorsOf([run("A", 3), run("B", 3, 2), run("C", 4)])).toEqual([
      { y: 3, label: "H of A, B" },
      { y: 2, label: "H − I of B" },
      { y: 4, label: "H of C" },
    ]);
  });

  it("are none before a worker has said them", () => {
    expect(floorsOf([run("A"), labRun("B", [])])).toEqual([]);
  });
});

describe("the spectrum", () => {
  it("is shares that sum to 1, the largest first, as the observable counts them", () => {
    const eigenvalues = [1, 4, 2, 1e-17, -1e-18];
    const shares = sharesOf(eigenvalues);
    expect([...shares]).toEqual([4 / 7, 2 / 7, 1 / 7, 0, 0]);
    expect(dimensionsOf(shares)).toBeCloseTo(summarize(eigenvalues, 0).effectiveDimension, 12);
  });

  it("is nothing where all tokens are in one place", () => {
    expect([...sharesOf([0, 0])]).toEqual([0, 0]);
    expect(dimensionsOf(sharesOf([0, 0]))).toBe(1);
  });

  it("has an axis that ends at a round number", () => {
    expect([1, 0.51, 0.5, 0.21, 0.17, 0.1, 0.03].map(roundAbove)).toEqual([1, 1, 0.5, 0.5, 0.2, 0.1, 0.05]);
  });
});

describe("tokens", () => {
  it("are in the order of their frequency", () => {
    expect([...orderOf([0.2, 0.5, 0.1, 0.2])]).toEqual([1, 0, 3, 2]);
    const { order, ranks, probabilities } = tokensOf(parseConfig({ vocabSize: 5 }));
    expect([...order]).toEqual([0, 1, 2, 3, 4]);
    expect(probabilities?.length).toBe(5);
    const given = tokensOf(
      parseConfig({ vocabSize: 3, distribution: { kind: "given", probabilities: [0.2, 0.5, 0.3] } }),
    );
    expect([...given.order]).toEqual([1, 2, 0]);
    expect([...given.ranks]).toEqual([2, 0, 1]);
    expect(ranks).toHaveLength(5);
  });

  it("are by number where the page cannot know how frequent they are", () => {
    const config = {
      ...parseConfig({ vocabSize: 3 }),
      distribution: { kind: "given", digest: "0".repeat(64) },
    };
    const { order, probabilities } = tokensOf(config as never);
    expect([...order]).toEqual([0, 1, 2]);
    expect(probabilities).toBeUndefined();
  });

  it("have the targets that their source has", async () => {
    const config = parseConfig({ vocabSize: 6, targets: { kind: "topics", count: 2, strength: 0.5 } });
    expect(await targetsOf(config, 1)).toEqual((await tokenSource(config)).targets(1));
    expect(await targetsOf(config, 1)).not.toEqual(await targetsOf(config, 0));
  });
});

it("turns an axis that has changed its direction, and no other", () => {
  const before = Float64Array.of(1, 1, -1, 2);
  expect([...turned(Float64Array.of(-1.1, 1, 0.9, 2), before, 2)]).toEqual([1.1, 1, -0.9, 2]);
  expect([...turned(Float64Array.of(-1, 1), before, 2)]).toEqual([-1, 1]);
  expect([...turned(Float64Array.of(-1, 1), undefined, 1)]).toEqual([-1, 1]);
});
