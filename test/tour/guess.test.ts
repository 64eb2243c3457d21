import { expect, test } from "vitest";
import {
  type Axis,
  guessAt,
  nearest,
  nudged,
  placeOf,
  stroked,
  valueAt,
} from "../../src/lab/tour/guess/axes.js";

const x: Axis = { title: "step", unit: "", log: true, from: 1, to: 1000, ticks: [] };
const y: Axis = { title: "loss", unit: "nats", log: false, from: 1, to: 3, ticks: [] };
const at = [1, 10, 100, 1000];
const guess = { x, y, at };

test("a value and its place on an axis are each other's inverse, within the axis", () => {
  expect(placeOf(x, 1)).toBe(0);
  expect(placeOf(x, 10)).toBeCloseTo(1 / 3, 12);
  expect(placeOf(x, 0)).toBe(-Infinity);
  expect(placeOf(y, 2)).toBe(0.5);
  for (const place of [0, 0.1, 0.5, 1]) {
    expect(placeOf(x, valueAt(x, place))).toBeCloseTo(place, 12);
    expect(placeOf(y, valueAt(y, place))).toBeCloseTo(place, 12);
  }
  expect(valueAt(x, 1.5)).toBe(1000);
  expect(valueAt(y, -1)).toBe(1);
});

test("a touch moves the nearest handle alone", () => {
  expect(nearest(x, at, 0.3)).toBe(1);
  const touch = { x: 0.3, y: 1 };
  expect(stroked(guess, [2, 2, 2, 2], touch, touch)).toEqual([2, 3, 2, 2]);
});

test("a stroke moves the handles that it passes, to where it passes them, in either direction", () => {
  const [left, right] = [
    { x: 0, y: 0 },
    { x: 1, y: 1 },
  ];
  expect(stroked(guess, [2, 2, 2, 2], left, right)).toEqual([2, 1.67, 2.33, 3]);
  expect(stroked(guess, [2, 2, 2, 2], right, left)).toEqual([1, 1.67, 2.33, 2]);
});

test("arrow keys move a handle by a fiftieth of the axis and keep it there; other keys do not", () => {
  expect(nudged(y, 2, "ArrowUp")).toBe(2.04);
  expect(nudged(y, 2, "PageDown")).toBe(1.8);
  expect(nudged(y, 2.99, "ArrowUp")).toBe(3);
  expect(nudged(y, 2, "Home")).toBe(1);
  expect(nudged(x, 10, "End")).toBe(1000);
  expect(nudged(y, 2, "a")).toBeUndefined();
});

test("between handles a guess is straight as drawn, and constant beyond them", () => {
  const drawn = [3, 1, 2, 2];
  expect(guessAt(guess, drawn, 10)).toBe(1);
  expect(guessAt(guess, drawn, Math.sqrt(10))).toBeCloseTo(2, 12);
  expect(guessAt(guess, drawn, 0.5)).toBe(3);
  expect(guessAt(guess, drawn, 5000)).toBe(2);
});
