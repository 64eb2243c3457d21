import { describe, expect, test } from "vitest";
import { leastSquaresExponent, twoPointExponent } from "../../src/analysis/lossExponent.js";
import { zipfMoments } from "../../src/analysis/zipfMoments.js";
import { configHash, parseConfig, type RunConfigInput } from "../../src/config.js";
import { analyse } from "../../src/experiments/experiment.js";
import { experiments } from "../../src/experiments/index.js";
import { scalingLaw } from "../../src/experiments/post/scalingLaw.js";
import { lawCentre, lawEmbedding, lawExcess } from "../../src/experiments/post/tiedScalarLaw.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf, syntheticRuns } from "./syntheticRuns.js";

describe.each(experiments)("$name", (experiment) => {
  test.each([false, true])("conditions are valid and distinct (quick: %s)", (quick) => {
    const conditions = experiment.conditions(quick);
    const hashes = conditions.map(({ config }) =>
      configHash(parseConfig({ ...config, seed: 0 } as RunConfigInput)),
    );
    expect(new Set(hashes).size).toBe(conditions.length);
    expect(new Set(conditions.map(({ label }) => label)).size).toBe(conditions.length);
  });

  test("every claim is complete, whatever runs are missing", () => {
    const conditions = experiment.conditions(false);
    for (const seeds of [1, 3]) {
      const all = conditions.map((it): [string, RunResult[]] => [it.label, syntheticRuns([it], seeds)]);
      // each of the first and of the last ones, and some in between
      const stride = Math.ceil(conditions.length / 12);
      for (let dropped = -1; dropped < conditions.length; dropped += dropped < 6 ? 1 : stride) {
        const runs = new Map(all.filter((_, i) => i !== dropped));
        for (const claim of analyse(experiment, runs, false).claims) {
          expect(claim.experiment).toBe(experiment.name);
          expect(claim.rule).not.toBe("");
          expect(claim.measured.seeds).toBe(seeds);
          expect(Number.isFinite(claim.measured.mean)).toBe(true);
        }
      }
    }
  });

  test("no runs, no claims", () => {
    expect(analyse(experiment, new Map(), false).claims).toEqual([]);
  });
});

test("both exponents of an exact power law are its own", () => {
  const run = runOf({ steps: 3000 }, { excess: (step) => (step ? 5 * step ** -0.7 : null) });
  expect(twoPointExponent(run, 300, 2900)).toBeCloseTo(0.7, 12);
  expect(leastSquaresExponent(run, 300, 2900)).toBeCloseTo(0.7, 12);
  expect(twoPointExponent(run, 301, 2900)).toBeNull();
});

test("scaling-law measures each panel's own exponent", () => {
  const truth: Record<string, number> = {
    "V 100, α 1": 0.77,
    "V 1000, α 1": 0.63,
    "V 100, α 0.5": 0.79,
    "V 100, α 2": 0.816,
    "V 100, α 4": 1.03,
  };
  const runs = new Map(
    scalingLaw.conditions(true).map(({ label, config }) => [
      label,
      [0, 1, 2].map((seed) =>
        runOf({ ...config, seed } as RunConfigInput, {
          excess: (step) => (step ? 9 * step ** -(truth[label] + 0.001 * (seed - 1)) : null),
        }),
      ),
    ]),
  );
  const { claims } = analyse(scalingLaw, runs, true);
  const between = claims.filter(({ quantity }) => quantity.includes("between two points"));
  expect(between).toHaveLength(5);
  for (const [i, label] of Object.keys(truth).entries()) {
    expect(between[i].measured.mean).toBeCloseTo(truth[label], 10);
    expect(between[i].measured.standardDeviation).toBeCloseTo(0.001, 10);
  }
  const grows = claims.filter(({ claim }) => claim === "β grows with α").map(({ verdict }) => verdict);
  expect(grows).toEqual(["fails", "holds", "holds"]);
});

test("the law of a tied scalar agrees with the exact sums", () => {
  const moments = zipfMoments(10, 1);
  expect(moments.entropy).toBeCloseTo(1.993806, 6);
  expect(moments.variance).toBeCloseTo(0.6315, 4);
  const exact = (c: number) => {
    const E = lawEmbedding(c, moments);
    return E.reduce((sum, a, i) => {
      const total = E.reduce((s, b) => s + Math.exp(a * b), 0);
      const kl = moments.probabilities.reduce(
        (s, p, j) => s + p * (Math.log(p) - a * E[j] + Math.log(total)),
        0,
      );
      return sum + moments.probabilities[i] * kl;
    }, 0);
  };
  expect(exact(4)).toBeCloseTo(7.79e-4, 6);
  expect(exact(8)).toBeCloseTo(4.8686e-5, 8);
  expect(lawExcess(8, moments)).toBeCloseTo(exact(8), 6);
});

test("the centre of a tied scalar is its mean under p, whatever its sign", () => {
  const moments = zipfMoments(3, 1);
  // p = 6/11, 3/11, 2/11
  expect(lawCentre([1, 2, -4], moments)).toBeCloseTo(4 / 11, 14);
  expect(lawCentre([-1, -2, 4], moments)).toBeCloseTo(4 / 11, 14);
  expect(lawCentre(lawEmbedding(2.5, moments), moments)).toBeCloseTo(2.5, 14);
});

test("moments of Zipf laws by hand", () => {
  const even = zipfMoments(4, 0);
  expect(even.probabilities).toEqual(Float64Array.of(0.25, 0.25, 0.25, 0.25));
  expect(even.entropy).toBeCloseTo(Math.log(4), 14);
  expect(even.variance).toBeCloseTo(0, 14);
  // 1 : 1/4
  const { probabilities, entropy, variance } = zipfMoments(2, 2);
  expect(probabilities).toEqual(Float64Array.of(0.8, 0.2));
  expect(entropy).toBeCloseTo(0.8 * Math.log(1.25) + 0.2 * Math.log(5), 14);
  // two values ln 4 apart: p q (ln 4)²
  expect(variance).toBeCloseTo(0.16 * Math.log(4) ** 2, 14);
});

test("the experiments are in the post's order, then those beyond it in that of their questions", () => {
  expect(experiments.map(({ name, part }) => `${part} ${name}`)).toEqual([
    "post embedding-1d",
    "post representation-collapse",
    "post scaling-law",
    "post learning-rate-decay",
    "post warmup",
    "beyond sticky-plateau",
    "beyond noise-plateau",
    "beyond unigram-saddle",
    "beyond strong-and-copied",
    "beyond real-text",
    "beyond decay-explained",
    "beyond beta-window",
    "beyond warmup-and-scale",
  ]);
});
