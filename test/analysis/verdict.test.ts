import { expect, test } from "vitest";
import {
  judgeAbove,
  judgeBelow,
  judgeEquivalent,
  judgeExact,
  judgeNumber,
  judgeOrder,
} from "../../src/analysis/verdict.js";

const statement = { experiment: "e", claim: "c", quantity: "q", whose: "ours" };

/** Read to ±0.5; a deviation of 3 matters. */
const read = { tolerance: 0.5, matters: 3 };

test("a number fails outside the prediction interval widened by the reading error", () => {
  // sd 1, n 3: reach 4.3027·√(4/3) + 0.5 = 5.4683
  expect(judgeNumber(statement, 2 + 5.46, read, [1, 2, 3]).verdict).toBe("inconclusive");
  expect(judgeNumber(statement, 2 + 5.48, read, [1, 2, 3]).verdict).toBe("fails");
  // one degree of freedom: 12.706·√(3/2)·√2·0.01 + 0.5 = 0.7201
  expect(judgeNumber(statement, 2 + 0.71, read, [1.99, 2.01]).verdict).not.toBe("fails");
  expect(judgeNumber(statement, 2 + 0.73, read, [1.99, 2.01]).verdict).toBe("fails");
  expect(judgeNumber(statement, 2, read, [2]).verdict).toBe("inconclusive");
  expect(judgeNumber(statement, 2, read, [1, 2, 3]).measured).toEqual({
    mean: 2,
    standardDeviation: 1,
    seeds: 3,
  });
});

test("a number holds where a deviation that matters is excluded, and not because the seeds are too few to tell", () => {
  // sd 0.1, n 3: a further seed is within 2.92·0.1·√(4/3) = 0.3372 of the mean, read to ±0.5
  expect(judgeNumber(statement, 2, { tolerance: 0.5, matters: 0.84 }, [1.9, 2, 2.1]).verdict).toBe("holds");
  expect(judgeNumber(statement, 2, { tolerance: 0.5, matters: 0.83 }, [1.9, 2, 2.1]).verdict).toBe(
    "inconclusive",
  );
  // sd 1: nothing below 3.87 can be excluded
  expect(judgeNumber(statement, 2, { tolerance: 0.5, matters: 3.86 }, [1, 2, 3]).verdict).toBe(
    "inconclusive",
  );
  expect(judgeNumber(statement, 2, { tolerance: 0.5, matters: 3.88 }, [1, 2, 3]).verdict).toBe("holds");
});

test("what would have been noticed: the error and the quantiles of the test and of its power", () => {
  // t₀.₉₅(2) = 2.92, t₀.₉₇₅(2) = 4.3027, t₀.₈(2) = 1.0607
  const noticed = (claim: { noticed: number | null }) => claim.noticed;
  expect(noticed(judgeNumber(statement, 2, read, [1, 2, 3]))).toBeCloseTo(
    0.5 + (4.30265 + 1.06066) * Math.sqrt(4 / 3),
    3,
  );
  const mean = (2.91999 + 1.06066) / Math.sqrt(3);
  expect(noticed(judgeOrder(statement, [0, 0, 0], [1, 2, 3]))).toBeCloseTo(mean, 3);
  expect(noticed(judgeBelow(statement, 9, "o", [1, 2, 3]))).toBeCloseTo(mean, 3);
  expect(noticed(judgeEquivalent(statement, 9, "o", [1, 2, 3]))).toBeCloseTo(mean, 3);
  expect(noticed(judgeExact(statement, 2, 0.25, [2]))).toBe(0.25);
  expect(noticed(judgeOrder(statement, [0], [1]))).toBeNull();
  expect(noticed(judgeOrder(statement, [0, 0], [1, Number.NaN]))).toBeNull();
});

test("four of five repetitions find what would be noticed", () => {
  // differences of mean `noticed` and sd 1 in 5 seeds, by a generator of its own
  let state = 1;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const least = (2.13185 + 0.94096) / Math.sqrt(5);
  const found = Array.from({ length: 4000 }, () =>
    judgeOrder(
      statement,
      [0, 0, 0, 0, 0],
      Array.from({ length: 5 }, () => least + normal()),
    ),
  ).filter(({ verdict }) => verdict === "holds").length;
  // the usual approximation: exactly it is 0.77
  expect(found / 4000).toBeGreaterThan(0.74);
  expect(found / 4000).toBeLessThan(0.86);
});

test("an exact number is judged by rounding alone", () => {
  expect(judgeExact(statement, 7.57, 0.005, [7.566423]).verdict).toBe("holds");
  expect(judgeExact(statement, 7.58, 0.005, [7.566423]).verdict).toBe("fails");
});

test("an order is judged on differences within a seed", () => {
  expect(judgeOrder(statement, [1, 5, 9], [2, 6, 10]).verdict).toBe("holds");
  expect(judgeOrder(statement, [2, 6, 10], [1, 5, 9]).verdict).toBe("fails");
  expect(judgeOrder(statement, [1, 1, 1], [0, 1, 2.5]).verdict).toBe("inconclusive");
  expect(judgeOrder(statement, [20], [40]).verdict).toBe("inconclusive");
  expect(judgeOrder(statement, [40], [20]).verdict).toBe("inconclusive");
});

test("a bound", () => {
  expect(judgeBelow(statement, 3, "why", [1, 1.1, 0.9]).verdict).toBe("holds");
  expect(judgeBelow(statement, 3, "why", [5, 5.1, 4.9]).verdict).toBe("fails");
  expect(judgeBelow(statement, 3, "why", [1, 6, 2]).verdict).toBe("inconclusive");
});

test("numbers that are not finite settle nothing", () => {
  expect(judgeNumber(statement, 1, read, [1, Number.NaN, 1]).verdict).toBe("inconclusive");
  expect(judgeExact(statement, 1, 1, [Number.NaN]).verdict).toBe("inconclusive");
  expect(judgeOrder(statement, [1, 1], [2, Number.NaN]).verdict).toBe("inconclusive");
  expect(judgeBelow(statement, 3, "why", [Infinity]).verdict).toBe("inconclusive");
  expect(judgeBelow(statement, 3, "why", [-Infinity]).verdict).toBe("inconclusive");
});

test("a claim says what was stated, the post's number, what was measured, what is asked and by which rule", () => {
  const measured = { mean: 4, standardDeviation: 2, seeds: 3 };
  expect(judgeNumber(statement, 4, { tolerance: 0.0123, matters: 9 }, [2, 4, 6])).toMatchObject({
    ...statement,
    ...{ post: 4, measured, kind: "near", asks: "-5 to 13" },
    rule: "fails if the post, as one more seed read to ±0.012, lies outside the 95 % prediction interval; else holds if a deviation of 9, the least that matters, is excluded at 5 %; inconclusive with one seed",
    falsifiedBy: expect.stringMatching(/./),
  });
  expect(judgeExact(statement, 4, 0.5, [4, 4])).toMatchObject({
    ...statement,
    ...{ post: 4, measured: { mean: 4, standardDeviation: 0, seeds: 2 }, verdict: "holds" },
    ...{ kind: "exact", asks: "3.5 to 4.5" },
    rule: "exact, the same for every seed: holds if |value − post| ≤ 0.5, the post's rounding",
    falsifiedBy: expect.stringMatching(/./),
  });
  expect(judgeOrder(statement, [1, 1, 1], [3, 5, 7], 7)).toMatchObject({
    ...statement,
    ...{ post: 7, measured, verdict: "holds", kind: "order", asks: "above 0" },
    rule: "holds if the mean difference, paired over seeds, exceeds t₀.₉₅ standard errors, fails if it does so with the other sign; inconclusive with one seed",
    falsifiedBy: expect.stringMatching(/./),
  });
  expect(judgeBelow(statement, 9, "why", [2, 4, 6])).toMatchObject({
    ...statement,
    ...{ post: null, measured, verdict: "holds", kind: "below", asks: "below 9 (why)" },
    rule: "holds if the one-sided 95 % bound of the mean is below 9 (why), fails if it is above on the other side; inconclusive with one seed",
    falsifiedBy: expect.stringMatching(/./),
  });
});

test("a number at the end of its interval does not fail, on either side", () => {
  for (const post of [1.5, 2.5]) expect(judgeNumber(statement, post, read, [2, 2, 2]).verdict).toBe("holds");
  for (const post of [1.4, 2.6]) expect(judgeNumber(statement, post, read, [2, 2, 2]).verdict).toBe("fails");
  // sd √(4/3), n 4: reach 3.1824·√(5/4)·√(4/3) = 4.1085
  const exactly = { tolerance: 0, matters: 100 };
  expect(judgeNumber(statement, 1 - 4.1, exactly, [0, 0, 2, 2]).verdict).toBe("holds");
  expect(judgeNumber(statement, 1 - 4.12, exactly, [0, 0, 2, 2]).verdict).toBe("fails");
});

test("an exact number half a rounding away holds, in spite of the digits of f64", () => {
  expect(0.305 - 0.3).toBeGreaterThan(0.005);
  expect(judgeExact(statement, 0.3, 0.005, [0.305]).verdict).toBe("holds");
  expect(judgeExact(statement, 0.3, 0.005, [0.3051]).verdict).toBe("fails");
  expect(judgeExact(statement, 7, 0, [7]).verdict).toBe("holds");
});

test("one seed settles no order, however far apart the two are", () => {
  for (const [smaller, larger] of [
    [9, 10],
    [10, 9],
    [1, 1000],
    [0, 0],
  ])
    expect(judgeOrder(statement, [smaller], [larger]).verdict).toBe("inconclusive");
});

test("two seeds settle by Student's t of one degree of freedom: 6.3138 standard errors", () => {
  // differences d ∓ 1 have a standard error of 1
  const order = (d: number) => judgeOrder(statement, [0, 10], [d - 1, 11 + d]).verdict;
  expect([-6.4, -6.2, 6.2, 6.4].map(order)).toEqual(["fails", "inconclusive", "inconclusive", "holds"]);
  const below = (d: number) => judgeBelow(statement, 3, "why", [2 + d, 4 + d]).verdict;
  expect([-6.4, -6.2, 6.2, 6.4].map(below)).toEqual(["holds", "inconclusive", "inconclusive", "fails"]);
});

test("no difference at all, and a value on its bound, settle nothing", () => {
  expect(judgeOrder(statement, [1, 2, 3], [1, 2, 3]).verdict).toBe("inconclusive");
  expect(judgeBelow(statement, 3, "why", [3, 3]).verdict).toBe("inconclusive");
});

test("one seed settles no bound", () => {
  for (const x of [2.9, 3, 3.1]) expect(judgeBelow(statement, 3, "why", [x]).verdict).toBe("inconclusive");
});

test("above a bound is below it, seen from the other side", () => {
  // sd 1, n 3: 2.92/√3 = 1.686 to either side
  for (const [bound, above, below] of [
    [0.3, "holds", "fails"],
    [0.32, "inconclusive", "inconclusive"],
    [3.7, "fails", "holds"],
  ] as const) {
    expect(judgeAbove(statement, bound, "o", [1, 2, 3]).verdict).toBe(above);
    expect(judgeBelow(statement, bound, "o", [1, 2, 3]).verdict).toBe(below);
  }
  expect(judgeAbove(statement, 1, "o", [2]).verdict).toBe("inconclusive");
  expect(judgeAbove(statement, 1, "where it comes from", [2, 3]).rule).toContain(
    "is above 1 (where it comes from)",
  );
});

test("equivalence takes the 90 % interval within the margin, not a difference that is not significant", () => {
  // mean 0, sd 1, n 3: the interval reaches 1.686
  expect(judgeEquivalent(statement, 1.7, "o", [-1, 0, 1]).verdict).toBe("holds");
  expect(judgeEquivalent(statement, 1.67, "o", [-1, 0, 1]).verdict).toBe("inconclusive");
  // significantly different from 0, and yet within the margin
  expect(judgeEquivalent(statement, 0.02, "o", [0.01, 0.011, 0.012]).verdict).toBe("holds");
  expect(judgeEquivalent(statement, 0.02, "o", [-0.03, -0.031, -0.032]).verdict).toBe("fails");
  expect(judgeEquivalent(statement, 0.02, "o", [0.02, 0.021, 0.019]).verdict).toBe("inconclusive");
  expect(judgeEquivalent(statement, 0.02, "o", [0]).verdict).toBe("inconclusive");
});
