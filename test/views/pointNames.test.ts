import { expect, it } from "vitest";
import { placeNames } from "../../src/lab/charts/pointNames.js";

const em = 12;
const radius = () => 4;
const within = { left: 0, right: 200, top: 0, bottom: 100 };
const width = 8;

const named = (points: readonly (readonly [number, number])[], count = points.length) =>
  placeNames(
    { xs: points.map(([x]) => x), ys: points.map(([, y]) => y), radius },
    points.slice(0, count).map(() => width),
    em,
    within,
  );

it("a name stands right of its point, and left of it at the right edge", () => {
  expect(named([[50, 50]])).toEqual([[61, 50]]);
  expect(named([[195, 50]])).toEqual([[184, 50]]);
});

it("no name lies over a point or over another name: it goes to another side, or nowhere", () => {
  // as many as a picture is full of
  let state = 1;
  const random = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  for (const count of [5, 20, 100, 400]) {
    const points = Array.from({ length: count }, () => [200 * random(), 100 * random()] as const);
    const places = named(points, 8).flatMap((place) => (place ? [place] : []));
    if (count <= 20) expect(places.length).toBeGreaterThan(3);
    places.forEach(([x, y], i) => {
      for (const [a, b] of points) {
        const across = Math.max(0, Math.abs(a - x) - width / 2);
        const up = Math.max(0, Math.abs(b - y) - em / 2);
        expect(Math.hypot(across, up)).toBeGreaterThanOrEqual(4);
      }
      for (const [a, b] of places.slice(i + 1))
        expect(Math.abs(a - x) >= width || Math.abs(b - y) >= em).toBe(true);
      expect(x - width / 2 >= 0 && x + width / 2 <= 200 && y - em / 2 >= 0 && y + em / 2 <= 100).toBe(true);
    });
  }
  expect(
    named(
      Array.from({ length: 60 }, (_, i) => [50 + 5 * (i % 10), 40 + 5 * Math.floor(i / 10)] as const),
      1,
    ),
  ).toEqual([expect.anything()]);
  // the middle of a crowd
  const crowd = Array.from({ length: 400 }, (_, i) => [5 + 5 * (i % 20), 5 * Math.floor(i / 20)] as const);
  expect(named([[52, 52], ...crowd], 1)).toEqual([undefined]);
});
