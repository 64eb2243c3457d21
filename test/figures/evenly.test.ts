import { expect, test } from "vitest";
import { evenly } from "../../src/figures/evenly.js";

test("places of a list, evenly between its ends", () => {
  expect(evenly(4, 10)).toEqual([0, 1, 2, 3]);
  expect(evenly(0, 10)).toEqual([]);
  expect(evenly(101, 5)).toEqual([0, 25, 50, 75, 100]);
  expect(new Set(evenly(61, 60)).size).toBe(60);
});
