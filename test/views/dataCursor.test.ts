import { expect, it } from "vitest";
import { type DataCursor, moved } from "../../src/lab/charts/dataCursor.js";

const counts = [4, 0, 3];
const go = (key: string, at?: DataCursor, of = counts) => moved(key, at, of, (_, from) => from.point - 1);

it("begins at the end of the first series that has points", () => {
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"])
    expect(go(key)).toEqual({ series: 0, point: 3 });
  expect(go("Home", undefined, [0, 2])).toEqual({ series: 1, point: 0 });
});

it("goes along a series and stops at its ends", () => {
  expect(go("ArrowLeft", { series: 0, point: 3 })).toEqual({ series: 0, point: 2 });
  expect(go("ArrowLeft", { series: 0, point: 0 })).toEqual({ series: 0, point: 0 });
  expect(go("ArrowRight", { series: 0, point: 3 })).toEqual({ series: 0, point: 3 });
  expect(go("Home", { series: 2, point: 2 })).toEqual({ series: 2, point: 0 });
  expect(go("End", { series: 2, point: 0 })).toEqual({ series: 2, point: 2 });
});

it("goes to the next series that has points, round and round", () => {
  expect(go("ArrowDown", { series: 0, point: 3 })).toEqual({ series: 2, point: 2 });
  expect(go("ArrowDown", { series: 2, point: 2 })).toEqual({ series: 0, point: 1 });
  expect(go("ArrowUp", { series: 0, point: 1 })).toEqual({ series: 2, point: 0 });
  expect(go("ArrowUp", { series: 0, point: 1 }, [4])).toEqual({ series: 0, point: 1 });
});

it("finds its way where a series has shrunk or gone", () => {
  expect(go("ArrowLeft", { series: 0, point: 90 })).toEqual({ series: 0, point: 2 });
  expect(go("ArrowLeft", { series: 1, point: 0 })).toEqual({ series: 0, point: 3 });
  expect(go("ArrowLeft", { series: 7, point: 0 })).toEqual({ series: 0, point: 3 });
});

it("leaves other keys alone, and all of them where there is nothing", () => {
  expect(go("a", { series: 0, point: 1 })).toBeUndefined();
  expect(go("Home", undefined, [0, 0])).toBeUndefined();
  expect(go("ArrowLeft", undefined, [])).toBeUndefined();
});
