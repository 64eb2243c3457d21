import { describe, expect, test } from "vitest";
import { learningRateAt } from "../../src/index.js";
import {
  atPoint,
  closestPoint,
  type Point,
  pointsOf,
  removed,
} from "../../src/lab/controls/schedulePoints.js";

const points: Point[] = [
  [0, 0],
  [100, 0.01],
  [900, 0.01],
];

test("a number is one corner, a schedule of corners has its own", () => {
  expect(pointsOf(0.003, 1000)).toEqual([[0, 0.003]]);
  expect(pointsOf({ kind: "piecewise-linear", points }, 1000)).toEqual(points);
});

test("of other schedules the corners are values that they go through", () => {
  const schedule = { kind: "cosine" as const, from: 0.1, to: 0, start: 0, end: 1000 };
  const corners = pointsOf(schedule, 1000);
  expect(corners).toHaveLength(9);
  for (const [step, rate] of corners) expect(rate).toBeCloseTo(learningRateAt(schedule, step), 3);
});

describe("a corner that is moved", () => {
  test("stays between its neighbours, at whole steps", () => {
    expect(atPoint(points, 1, [950.4, 0.02], 1000)[1]).toEqual([900, 0.02]);
    expect(atPoint(points, 1, [-5, 0.02], 1000)[1]).toEqual([0, 0.02]);
    expect(atPoint(points, 2, [1200, 0.02], 1000)[2]).toEqual([1000, 0.02]);
  });
  test("has no rate below 0", () => {
    expect(atPoint(points, 1, [100, -1], 1000)[1]).toEqual([100, 0]);
  });
  test("leaves the others as they are", () => {
    const before = structuredClone(points);
    atPoint(points, 1, [500, 0.5], 1000);
    expect(points).toEqual(before);
  });
});

test("the pointer takes the corner in reach, or makes one in its place", () => {
  expect(closestPoint(points, [105, 0.0101], 1000, 0.0125)).toEqual({
    next: points,
    index: 1,
    isNew: false,
  });
  const { next, index, isNew } = closestPoint(points, [500, 0.002], 1000, 0.0125);
  expect(index).toBe(2);
  expect(isNew).toBe(true);
  expect(next.map(([step]) => step)).toEqual([0, 100, 500, 900]);
});

test("the last corner stays", () => {
  expect(removed(points, 1)).toEqual([points[0], points[2]]);
  expect(removed([[0, 0.1]], 0)).toEqual([[0, 0.1]]);
});
