import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError, parseConfig, type Schedule } from "../../src/config.js";
import {
  join,
  learningRateAt,
  learningRates,
  linearDecay,
  type PiecewiseLinear,
  warmup,
  warmupStableDecay,
} from "../../src/schedule/schedule.js";

const piecewise = (...points: [number, number][]): PiecewiseLinear => ({ kind: "piecewise-linear", points });
const whole = (schedule: Schedule, count: number) => Array.from(learningRates(schedule, 0, count));

/** Corner points in ascending steps, jumps and repeated points among them. */
const points = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 64 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((list) =>
    list.sort((a, b) => a[0] - b[0]).map(([step, value]): [number, number] => [step, value / 64]),
  );
const schedules: fc.Arbitrary<PiecewiseLinear | number> = fc.oneof(
  fc.integer({ min: 0, max: 64 }).map((value) => value / 64),
  points.map((list) => piecewise(...list)),
);

describe("constant", () => {
  test("at every step", () => {
    expect(whole(0.25, 4)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(learningRateAt(0, 1e9)).toBe(0);
  });
});

describe("piecewise linear", () => {
  test("linear between its points, which it meets exactly, and constant beyond the ends", () => {
    const schedule = piecewise([2, 1], [6, 3], [8, 0]);
    expect(whole(schedule, 11)).toEqual([1, 1, 1, 1.5, 2, 2.5, 3, 1.5, 0, 0, 0]);
  });

  test("two points at one step are a jump: the later value holds from that step", () => {
    expect(whole(piecewise([0, 1], [2, 2], [2, 8], [4, 6]), 6)).toEqual([1, 1.5, 8, 7, 6, 6]);
  });

  test("jumps at the first and the last step", () => {
    expect(whole(piecewise([1, 5], [1, 3], [3, 1], [3, 4]), 5)).toEqual([5, 3, 2, 4, 4]);
  });

  test("of three points at one step the middle one is never seen", () => {
    expect(whole(piecewise([0, 2], [2, 4], [2, 100], [2, 6], [4, 8]), 5)).toEqual([2, 3, 6, 7, 8]);
  });

  test("one point is a constant", () => {
    expect(whole(piecewise([3, 0.5]), 6)).toEqual(Array(6).fill(0.5));
  });

  test("points between whole steps", () => {
    expect(whole(piecewise([0.5, 1], [2.5, 3]), 4)).toEqual([1, 1.5, 2.5, 3]);
  });

  test("any: between the neighbours, on the line through them", () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 45 }), (list, step) => {
        const got = learningRateAt(piecewise(...list), step);
        // another way to say it: last point at or before, first point after
        const before = list.filter(([x]) => x <= step).at(-1);
        const after = list.find(([x]) => x > step);
        if (!before || !after) {
          expect(got).toBe((before ?? list[0])[1]);
          return;
        }
        const share = (step - before[0]) / (after[0] - before[0]);
        expect(Math.abs(got - (before[1] * (1 - share) + after[1] * share))).toBeLessThan(1e-15);
        expect(got).toBeGreaterThanOrEqual(Math.min(before[1], after[1]));
        expect(got).toBeLessThanOrEqual(Math.max(before[1], after[1]));
      }),
    );
  });
});

describe("cosine: to + (from - to)·(1 + cos π·progress)/2", () => {
  test.each([
    [1e-2, 1e-4, 0, 3000],
    [1e-3, 0, 500, 2000],
    [0, 5, 0, 7],
    [3, 3, 10, 20],
  ])("from %d to %d over steps %i to %i", (from, to, start, end) => {
    const schedule: Schedule = { kind: "cosine", from, to, start, end };
    for (let step = 0; step <= end + 10; step++) {
      const progress = Math.min(1, Math.max(0, (step - start) / (end - start)));
      const expected = to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;
      // cosPi is within 1e-15, the sum rounds once more
      expect(Math.abs(learningRateAt(schedule, step) - expected)).toBeLessThan(
        2e-15 * (Math.abs(from) + to) + 1e-30,
      );
    }
    // to + (from - to) may round
    expect(Math.abs(learningRateAt(schedule, start) - from)).toBeLessThanOrEqual(from * 2 ** -52);
    expect(learningRateAt(schedule, end)).toBe(to);
    expect(learningRateAt(schedule, end + 1e6)).toBe(to);
  });

  test("half way it is half way", () => {
    const schedule: Schedule = { kind: "cosine", from: 8, to: 2, start: 100, end: 300 };
    expect(learningRateAt(schedule, 200)).toBeCloseTo(5, 14);
    expect(learningRateAt(schedule, 0)).toBe(8);
  });

  test("falls at every step in between", () => {
    const rates = learningRates({ kind: "cosine", from: 1, to: 0, start: 0, end: 1000 }, 0, 1001);
    for (let i = 1; i < rates.length; i++) expect(rates[i]).toBeLessThan(rates[i - 1]);
  });

  test.each([
    [5, 5],
    [9, 5],
  ])("start %i, end %i: a jump at the end", (start, end) => {
    const schedule: Schedule = { kind: "cosine", from: 2, to: 1, start, end };
    expect(whole(schedule, 8)).toEqual([2, 2, 2, 2, 2, 1, 1, 1]);
  });

  test("to is 0 and start 0 when left out", () => {
    const { learningRate } = parseConfig({ learningRate: { kind: "cosine", from: 1, end: 2 } });
    expect(whole(learningRate, 4)).toEqual([1, expect.closeTo(0.5, 15), 0, 0]);
  });
});

describe("constructors, as whole sequences", () => {
  test("warmup: from 0 to the value, then constant", () => {
    expect(whole(warmup(8, 4), 7)).toEqual([0, 2, 4, 6, 8, 8, 8]);
  });

  test("warmup over no steps is constant from the start", () => {
    expect(whole(warmup(8, 0), 3)).toEqual([8, 8, 8]);
  });

  test("linearDecay: constant until it starts, constant after its end", () => {
    expect(whole(linearDecay(8, 2, 2, 5), 8)).toEqual([8, 8, 8, 6, 4, 2, 2, 2]);
  });

  test("warmupStableDecay: up, level, down to 0 or to what is asked", () => {
    expect(whole(warmupStableDecay(4, 2, 5, 7), 10)).toEqual([0, 2, 4, 4, 4, 4, 2, 0, 0, 0]);
    expect(whole(warmupStableDecay(4, 2, 5, 7, 1), 10)).toEqual([0, 2, 4, 4, 4, 4, 2.5, 1, 1, 1]);
  });

  test("warmupStableDecay without warm-up, without a level, and with a drop at the end", () => {
    expect(whole(warmupStableDecay(4, 0, 2, 4), 6)).toEqual([4, 4, 4, 2, 0, 0]);
    expect(whole(warmupStableDecay(4, 2, 2, 4), 6)).toEqual([0, 2, 4, 2, 0, 0]);
    expect(whole(warmupStableDecay(4, 2, 4, 4), 6)).toEqual([0, 2, 4, 4, 0, 0]);
  });

  test.each<[string, Schedule]>([
    ["warmup", warmup(1e-3, 100)],
    ["linearDecay", linearDecay(1e-3, 0, 100, 200)],
    ["warmupStableDecay", warmupStableDecay(1e-3, 10, 100, 200)],
    ["join", join(warmup(1e-3, 100), linearDecay(1e-3, 0, 100, 200), 100)],
  ])("%s gives what a config takes, and JSON keeps", (_, schedule) => {
    expect(parseConfig({ learningRate: schedule }).learningRate).toEqual(schedule);
    expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
  });
});

describe("join: the first before the step, the second from it on", () => {
  test("two constants make a jump", () => {
    expect(whole(join(1, 2, 3), 6)).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test("in the middle of a slope, on the run's own step count", () => {
    expect(whole(join(warmup(8, 8), linearDecay(8, 0, 0, 8), 4), 10)).toEqual([0, 1, 2, 3, 4, 3, 2, 1, 0, 0]);
  });

  test("a jump of the first at the join never happens, one of the second has happened", () => {
    const first = piecewise([0, 0], [4, 4], [4, 100]);
    const second = piecewise([0, 50], [4, 50], [4, 9], [6, 7]);
    expect(whole(join(first, second, 4), 8)).toEqual([0, 1, 2, 3, 9, 8, 7, 7]);
  });

  test("at step 0 only the second is left", () => {
    expect(whole(join(1, warmup(4, 2), 0), 4)).toEqual([0, 2, 4, 4]);
  });

  test("any pair, at any step", () => {
    fc.assert(
      fc.property(schedules, schedules, fc.integer({ min: 0, max: 45 }), (first, second, at) => {
        const joined = join(first, second, at);
        for (let step = 0; step <= 50; step++) {
          const expected = learningRateAt(step < at ? first : second, step);
          // a cut slope is the same line through other points
          expect(Math.abs(learningRateAt(joined, step) - expected)).toBeLessThan(1e-14);
        }
        // still a schedule that a config takes
        expect(parseConfig({ learningRate: joined }).learningRate).toEqual(joined);
      }),
      { numRuns: 500 },
    );
  });

  test("three pieces", () => {
    const joined = join(join(warmup(4, 4), 4, 4), linearDecay(4, 0, 8, 10), 8);
    expect(whole(joined, 12)).toEqual([0, 1, 2, 3, 4, 4, 4, 4, 4, 2, 0, 0]);
  });

  test("leaves its arguments as they were", () => {
    const [first, second] = [piecewise([0, 1], [9, 2]), piecewise([0, 3], [9, 4])];
    const copies = structuredClone([first, second]);
    for (const point of join(first, second, 5).points) point.fill(77);
    expect([first, second]).toEqual(copies);
  });

  test.each([0, 1])("a cosine is refused", (place) => {
    const cosine: Schedule = { kind: "cosine", from: 1, to: 0, start: 0, end: 10 };
    const call = () => (place === 0 ? join(cosine, 1, 5) : join(1, cosine, 5));
    expect(call).toThrow(ConfigError);
    expect(call).toThrow("join: expected numbers or piecewise-linear schedules, got cosine");
  });
});

test("learningRates lists the rates from a step on, however a run is cut", () => {
  fc.assert(
    fc.property(schedules, fc.nat({ max: 30 }), fc.nat({ max: 30 }), (schedule, step, count) => {
      const rates = learningRates(schedule, step, count);
      expect(Array.from(rates)).toEqual(
        Array.from({ length: count }, (_, i) => learningRateAt(schedule, step + i)),
      );
      expect(Array.from(rates)).toEqual(whole(schedule, step + count).slice(step));
    }),
  );
});
