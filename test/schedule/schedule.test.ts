import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig, type Schedule } from "../../src/config.js";
import {
  changedAt,
  cosine,
  join,
  linearDecay,
  sequence,
  warmup,
  warmupStableDecay,
} from "../../src/schedule/constructors.js";
import { learningRateAt, learningRates, type PiecewiseLinear } from "../../src/schedule/schedule.js";

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

const cosines: fc.Arbitrary<Schedule> = fc
  .tuple(fc.nat({ max: 64 }), fc.nat({ max: 64 }), fc.nat({ max: 40 }), fc.integer({ min: 1, max: 40 }))
  .map(([from, to, start, end]) => cosine(from / 64, to / 64, start, end));
/** Parts at ascending steps, the first at 0. */
const lists = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 5 }),
    fc.array(fc.oneof(schedules, cosines), { minLength: 6, maxLength: 6 }),
  )
  .map(([steps, parts]) =>
    [0, ...steps.sort((a, b) => a - b)].map((step, i): [number, Schedule] => [step, parts[i]]),
  );
const sequences = lists.map((parts) => sequence(...parts));
const any = fc.oneof(schedules, cosines, sequences);

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

describe("sequence: each schedule from its step on", () => {
  test("on the run's own step count", () => {
    expect(whole(sequence([0, warmup(8, 4)], [3, 5], [5, linearDecay(8, 0, 0, 8)]), 10)).toEqual([
      0, 2, 4, 5, 5, 3, 2, 1, 0, 0,
    ]);
    expect(whole(sequence([0, cosine(4, 2, 0, 4)], [4, 1]), 6)).toEqual([
      ...whole(cosine(4, 2, 0, 4), 4),
      1,
      1,
    ]);
  });

  test("any: at every step the rate of the last part that has begun", () => {
    fc.assert(
      fc.property(lists, (parts) => {
        const schedule = sequence(...parts);
        for (let step = 0; step <= 45; step++) {
          const [, part] = parts.filter(([from]) => from <= step).at(-1) as [number, Schedule];
          expect(learningRateAt(schedule, step)).toBe(learningRateAt(part, step));
        }
        const stored = JSON.parse(JSON.stringify(schedule));
        expect(parseConfig({ learningRate: stored }).learningRate).toEqual(schedule);
      }),
      { numRuns: 300 },
    );
  });

  test("one part is that part", () => {
    fc.assert(
      fc.property(fc.oneof(schedules, cosines), (schedule) => {
        expect(whole(sequence([0, schedule]), 45)).toEqual(whole(schedule, 45));
      }),
    );
  });

  test("parts are completed, and the caller's stay as they were", () => {
    const part = { kind: "cosine" as const, from: 1, end: 2 };
    const made = sequence([0, part]);
    expect(made).toEqual({
      kind: "sequence",
      parts: [[0, { kind: "cosine", from: 1, to: 0, start: 0, end: 2 }]],
    });
    expect(part).toEqual({ kind: "cosine", from: 1, end: 2 });
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
    ["cosine", cosine(1e-3, 0, 100, 200)],
    ["sequence", sequence([0, cosine(1e-3, 0, 100, 200)], [150, 0.1])],
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

  test("with a cosine it is a sequence, with a sequence a longer one", () => {
    const falling = cosine(8, 2, 4, 12);
    expect(join(warmup(8, 4), falling, 4)).toEqual({
      kind: "sequence",
      parts: [
        [0, warmup(8, 4)],
        [4, falling],
      ],
    });
    expect(join(falling, 1, 0)).toEqual({ kind: "sequence", parts: [[0, 1]] });
    const two = join(falling, 3, 6);
    expect(join(two, 5, 6)).toEqual({
      kind: "sequence",
      parts: [
        [0, falling],
        [6, 5],
      ],
    });
    expect(join(7, two, 4)).toEqual({
      kind: "sequence",
      parts: [
        [0, 7],
        [4, falling],
        [6, 3],
      ],
    });
  });

  test("a cosine that is not complete is completed", () => {
    expect(join(1, { kind: "cosine", from: 1, end: 4 }, 2)).toEqual(
      sequence([0, 1], [2, cosine(1, 0, 0, 4)]),
    );
  });

  test("any two schedules, at any step, exactly", () => {
    fc.assert(
      fc.property(any, any, fc.integer({ min: 0, max: 45 }), (first, second, at) => {
        const joined = join(first, second, at);
        const linear = [first, second].every(
          (one) => typeof one === "number" || one.kind === "piecewise-linear",
        );
        expect(typeof joined === "number" ? "" : joined.kind).toBe(linear ? "piecewise-linear" : "sequence");
        expect(parseConfig({ learningRate: joined }).learningRate).toEqual(joined);
        if (linear) return;
        for (let step = 0; step <= 50; step++)
          expect(learningRateAt(joined, step)).toBe(learningRateAt(step < at ? first : second, step));
      }),
      { numRuns: 300 },
    );
  });

  test("what is no step is refused", () => {
    expect(() => join(cosine(1, 0, 0, 9), 1, 2.5)).toThrow(
      "join.parts.1.0: expected a whole number from 0 to 1000000000, got 2.5",
    );
    expect(() => join(cosine(1, 0, 0, 9), "fast" as never, 2)).toThrow(
      /^join: expected a number of at least 0, /,
    );
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

describe("changedAt: a run's schedule that is another one from a step on", () => {
  test("the bits of the first before the step, those of the second from it on", () => {
    fc.assert(
      fc.property(any, any, fc.nat({ max: 45 }), (first, second, at) => {
        const before = parseConfig({ learningRate: first }).learningRate;
        const changed = changedAt(before, second, at);
        expect(parseConfig({ learningRate: changed }).learningRate).toEqual(changed);
        for (let step = 0; step < 50; step++)
          expect(learningRateAt(changed, step)).toBe(
            learningRateAt(step < at ? before : (second as Schedule), step),
          );
        // once more it is what it is already
        expect(changedAt(changed, second, at)).toEqual(changed);
        expect(changedAt(before, before, at)).toEqual(before);
      }),
    );
  });

  test("a change back at the same step is none", () => {
    expect(changedAt(changedAt(1, 2, 5), 1, 5)).toBe(1);
    const twice = changedAt(changedAt(1, 2, 5), 3, 8);
    expect(changedAt(twice, 2, 8)).toEqual(changedAt(1, 2, 5));
  });

  test("a change at step 0 leaves nothing of the first", () => {
    expect(changedAt(1, 2, 0)).toBe(2);
    expect(() => changedAt(1, -1, 3)).toThrow("learningRate: expected a number of at least 0");
  });
});
