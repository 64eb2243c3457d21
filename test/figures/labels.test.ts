import { expect, test } from "vitest";
import { decimals, keyOf, labelsOf, printable, shortNumber } from "../../src/figures/labels.js";
import type { Cell } from "../../src/formats/table.js";

const labels = (values: Cell[]) => [...labelsOf(values).values()];

test.each<[Cell[], string[]]>([
  [
    [12341, 12344, 50304],
    ["12341", "12344", "50304"],
  ],
  [
    [0.1, 0.25],
    ["0.1", "0.25"],
  ],
  [
    [0.123451, 0.123454],
    ["0.123451", "0.123454"],
  ],
  [
    [1e-5, 1.0004e-5],
    ["1e-5", "1.0004e-5"],
  ],
  [
    [1234567.5, 1234567.25],
    ["1.234568e+6", "1.234567e+6"],
  ],
  [
    [1 / 3, 1 / 3 + 2 ** -54],
    ["0.3333333333333333", "0.3333333333333334"],
  ],
  [
    [null, "none"],
    ["null", '"none"'],
  ],
  [[null], ["none"]],
  [
    ["1", 1],
    ['"1"', "1"],
  ],
  [
    [true, "rmsnorm"],
    ["true", "rmsnorm"],
  ],
  [
    ["a\0b", "a\u0001b"],
    ["a\\u0000b", "a\\u0001b"],
  ],
])("labels of %j", (values, expected) => {
  expect(labels(values)).toEqual(expected);
  expect([...labelsOf(values).keys()]).toEqual(values.map(keyOf));
});

test("labels of any numbers are as many as the numbers", () => {
  for (let i = 0, x = 1; i < 60; i++, x *= 0.37) {
    const next = x + x * 2 ** -52;
    const all = [x, next, -x, 1e6 * x, Math.round(1e7 * x) + 1e9];
    expect(new Set(labels(all)).size).toBe(new Set(all).size);
  }
});

test("whole numbers are printed whole, text only with what a page may hold", () => {
  expect(shortNumber(50304)).toBe("50304");
  expect(shortNumber(16777216)).toBe("16777216");
  expect(printable("a\0\ud800b\n💡")).toBe("a\ufffd\ufffdb\n💡");
});

test("decimals: a true minus, and none before a zero", () => {
  expect([0.125, -0.126, -0.004, 0.004, 12, -0.5].map((x) => decimals(x, 2))).toEqual([
    "0.13",
    "−0.13",
    "0.00",
    "0.00",
    "12.00",
    "−0.50",
  ]);
  expect(decimals(-0.4, 0)).toBe("0");
});

test("a number that is not whole is not read as one that is", () => {
  const labels = labelsOf([0.9, 0.99, 0.999, 0.9999, 0.99999]);
  expect([...labels.values()]).toEqual(["0.9", "0.99", "0.999", "0.9999", "0.99999"]);
  expect([...labelsOf([0.99999, 1]).values()]).toEqual(["0.99999", "1"]);
  expect([...labelsOf([0.1, 12345.6]).values()]).toEqual(["0.1", "12350"]);
});
