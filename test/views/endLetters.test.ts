import { expect, it } from "vitest";
import { type Place, placeLetters } from "../../src/lab/charts/endLetters.js";

const em = 12;
const room = { em, right: 124, top: 0, bottom: 110 };
const apart = ([a, b]: Place, [c, d]: Place) => Math.hypot(a - c, b - d);

it("a letter stands right of its marker", () => {
  expect(
    placeLetters(
      [
        [100, 20],
        [100, 80],
      ],
      room,
    ),
  ).toEqual([
    [112.2, 20],
    [112.2, 80],
  ]);
});

it("letters of ends close together lie beside their own markers, none over another", () => {
  for (const ends of [
    [50, 53, 56, 75],
    [50, 50, 50],
    [50, 51, 62, 63],
    [92, 95, 98],
    [8, 9, 10],
  ].map((ys) => ys.map((y): Place => [100, y]))) {
    const placed = placeLetters(ends, room);
    expect(placed.filter(Boolean).length).toBeGreaterThan(1);
    placed.forEach((place, i) => {
      if (!place) return;
      for (const end of ends) expect(apart(place, ends[i])).toBeLessThanOrEqual(apart(place, end) + 0.5);
      for (const other of placed)
        if (other && other !== place)
          expect(Math.abs(other[1] - place[1]) >= em || Math.abs(other[0] - place[0]) >= 0.8 * em).toBe(true);
    });
  }
});

it("a letter without room is left out", () => {
  const ends = Array.from({ length: 20 }, (): Place => [100, 50]);
  expect(placeLetters(ends, room).filter(Boolean).length).toBeLessThan(8);
});
