import { describe, expect, it } from "vitest";
import { equalSpans, nearestPoint, pixelAxis, steadyReach } from "../../src/lab/charts/plane.js";

it("maps values to pixels and back, on either axis, either way", () => {
  const up = pixelAxis({ limits: [0, 10], log: false }, 200, 0);
  expect([0, 5, 10].map(up.toPixel)).toEqual([200, 100, 0]);
  expect(up.toValue(50)).toBeCloseTo(7.5, 12);
  const across = pixelAxis({ limits: [1, 1000], log: true }, 10, 310);
  expect(across.toPixel(10)).toBeCloseTo(110, 9);
  expect(across.toValue(210)).toBeCloseTo(100, 9);
});

it("makes a unit as long across as upwards, and hides nothing", () => {
  const { x, y } = equalSpans([-1, 3], [-1, 1], 400, 100);
  expect(y).toEqual([-1, 1]);
  expect(x).toEqual([-3, 5]);
  expect((x[1] - x[0]) / 400).toBeCloseTo((y[1] - y[0]) / 100, 12);
});

describe("steady limits", () => {
  it("grow at once", () => {
    expect(steadyReach(undefined, 2, false)).toBe(2);
    expect(steadyReach(2, 3, false)).toBe(3);
  });

  it("stay while most of the picture is used, and shrink slowly once it is not", () => {
    expect(steadyReach(2, 1.5, false)).toBe(2);
    expect(steadyReach(2, 0.5, false)).toBe(1.9);
    let reach = 2;
    for (let i = 0; i < 200; i++) reach = steadyReach(reach, 0.5, false);
    expect(reach * 0.6).toBeLessThan(0.5);
    expect(reach).toBeGreaterThanOrEqual(0.5);
  });

  it("do not move by themselves where nothing shall", () => {
    expect(steadyReach(2, 0.5, true)).toBe(0.5);
    expect(steadyReach(2, 1.5, true)).toBe(2);
  });
});

it("finds the nearest point within reach", () => {
  const [xs, ys] = [
    [0, 10, 20],
    [0, 0, 0],
  ];
  expect(nearestPoint(xs, ys, 12, 3, 5)).toBe(1);
  expect(nearestPoint(xs, ys, 12, 30, 5)).toBe(-1);
  expect(nearestPoint([], [], 0, 0, 5)).toBe(-1);
});
