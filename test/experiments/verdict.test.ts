import { expect, test } from "vitest";
import { judgeBelow, judgeExact, judgeNumber, judgeOrder } from "../../src/experiments/verdict.js";

const statement = { experiment: "e", claim: "c", quantity: "q" };

test("a number holds inside the prediction interval widened by the reading error", () => {
  // sd 1, n 3: reach 4.3027·√(4/3) + 0.5 = 5.4683
  expect(judgeNumber(statement, 2 + 5.46, 0.5, [1, 2, 3]).verdict).toBe("holds");
  expect(judgeNumber(statement, 2 + 5.48, 0.5, [1, 2, 3]).verdict).toBe("fails");
  expect(judgeNumber(statement, 2, 0.5, [2, 2]).verdict).toBe("inconclusive");
  expect(judgeNumber(statement, 2, 0.5, [1, 2, 3]).measured).toEqual({
    mean: 2,
    standardDeviation: 1,
    seeds: 3,
  });
});

test("an exact number is judged by rounding alone", () => {
  expect(judgeExact(statement, 7.57, 0.005, [7.566423]).verdict).toBe("holds");
  expect(judgeExact(statement, 7.58, 0.005, [7.566423]).verdict).toBe("fails");
});

test("an order is judged on differences within a seed", () => {
  expect(judgeOrder(statement, [1, 5, 9], [2, 6, 10]).verdict).toBe("holds");
  expect(judgeOrder(statement, [2, 6, 10], [1, 5, 9]).verdict).toBe("fails");
  expect(judgeOrder(statement, [1, 1, 1], [0, 1, 2.5]).verdict).toBe("inconclusive");
  expect(judgeOrder(statement, [20], [40]).verdict).toBe("holds");
  expect(judgeOrder(statement, [40], [20]).verdict).toBe("fails");
  expect(judgeOrder(statement, [20], [20.5]).verdict).toBe("inconclusive");
});

test("a bound", () => {
  expect(judgeBelow(statement, 3, "why", [1, 1.1, 0.9]).verdict).toBe("holds");
  expect(judgeBelow(statement, 3, "why", [5, 5.1, 4.9]).verdict).toBe("fails");
  expect(judgeBelow(statement, 3, "why", [1, 6, 2]).verdict).toBe("inconclusive");
});

test("numbers that are not finite settle nothing", () => {
  expect(judgeNumber(statement, 1, 1, [1, Number.NaN, 1]).verdict).toBe("inconclusive");
});
