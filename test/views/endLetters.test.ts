import { expect, it } from "vitest";
import { type Place, placeLetters, roomBeside } from "../../src/lab/charts/endLetters.js";

const em = 12;
const room = { em, top: 0, bottom: 110 };
const at = (...ys: number[]) => ys.map((y): Place => [100, y]);
const heights = (ends: readonly Place[]) => placeLetters(ends, room).map((place) => place?.[1]);

it("a letter stands right of its marker, in the room that there is beside a plot", () => {
  const placed = placeLetters(at(20, 80), room);
  expect(placed.map((place) => place?.[1])).toEqual([20, 80]);
  for (const size of [12, 20, 32]) {
    const [place] = placeLetters(at(20), { ...room, em: size });
    expect(Number(place?.[0]) - 0.5 * size).toBeGreaterThan(104);
    expect(Number(place?.[0]) + 0.5 * size).toBeLessThanOrEqual(100 + roomBeside(size));
  }
});

it("letters of ends close together stand one below the other in the order of the ends, as near to them as can be", () => {
  expect(heights(at(50, 50, 50))).toEqual([38, 50, 62]);
  expect(heights(at(53, 50))).toEqual([57.5, 45.5]);
  expect(heights(at(50, 50, 60, 90))).toEqual(
    [42 - 2 / 3, 54 - 2 / 3, 66 - 2 / 3, 90].map((y) => expect.closeTo(y, 9)),
  );
});

it("none lies over another or leaves the chart, wherever the ends are", () => {
  for (const ends of [
    at(50, 53, 56, 75),
    at(104, 106, 108, 110),
    at(0, 1, 2),
    at(10, 10, 22, 23, 35, 100, 109),
  ]) {
    const found = heights(ends).map(Number);
    const sorted = found.toSorted((a, b) => a - b);
    expect(sorted[0]).toBeGreaterThanOrEqual(em / 2);
    expect(sorted[sorted.length - 1]).toBeLessThanOrEqual(room.bottom - em / 2);
    sorted.slice(1).forEach((y, i) => {
      expect(y - sorted[i]).toBeGreaterThanOrEqual(em - 1e-9);
    });
  }
});

it("ends in other places of the axis have letters of their own", () => {
  expect(
    placeLetters(
      [
        [30, 50],
        [100, 50],
      ],
      room,
    ).map((place) => place?.[1]),
  ).toEqual([50, 50]);
});

it("where there is no room for all of them some are left out", () => {
  const placed = placeLetters(at(...Array.from({ length: 20 }, () => 50)), room);
  expect(placed.filter(Boolean)).toHaveLength(Math.floor(room.bottom / em));
});
