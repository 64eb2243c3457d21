import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig, type Schedule, type ScheduleInput } from "../../src/config.js";
import { scheduleName, scheduleNames } from "../../src/figures/scheduleNames.js";
import {
  cosine,
  join,
  linearDecay,
  sequence,
  warmup,
  warmupStableDecay,
} from "../../src/schedule/constructors.js";

const linear = (...points: [number, number][]): ScheduleInput => ({ kind: "piecewise-linear", points });
const complete = (schedule: ScheduleInput): Schedule => parseConfig({ learningRate: schedule }).learningRate;

describe("a schedule by its name", () => {
  test.each<[string, ScheduleInput]>([
    ["0.01", 0.01],
    ["0.003162", 0.00316227766017],
    ["1e-5", 1e-5],
    ["cosine 0.01 → 0", cosine(0.01, 0, 0, 3000)],
    ["cosine 0.01 → 0.001 from 100", cosine(0.01, 0.001, 100, 3000)],
    ["warmup 60 to 0.01", warmup(0.01, 60)],
    ["linear decay 0.01 → 0", linearDecay(0.01, 0, 0, 3000)],
    ["linear decay 0.01 → 0 from 400", linearDecay(0.01, 0, 400, 3000)],
    ["linear rise 0.01 → 0.1", linear([0, 0.01], [100, 0.1])],
    ["warmup 60, linear decay 0.01 → 0 from 400", warmupStableDecay(0.01, 60, 400, 3000)],
    ["warmup 60, linear decay 0.01 → 0", linear([0, 0], [60, 0.01], [3000, 0])],
    ["0.01, from 500: 0.001", join(0.01, 0.001, 500)],
    ["0.01, from 500: 0.001", linear([0, 0.01], [500, 0.01], [500, 0.001])],
    ["warmup 200 to 0.1, from 500: 0.01", linear([0, 0], [200, 0.1], [500, 0.1], [500, 0.01])],
    ["linear rise 0.01 → 0.02, from 10: 0.001", linear([0, 0.01], [10, 0.02], [10, 0.001])],
    ["0.1, from 5: 0.01, linear decay 0.01 → 0 from 8", linear([5, 0.1], [5, 0.01], [8, 0.01], [9, 0])],
    ["0.1, from 5: linear decay 0.01 → 0", linear([5, 0.1], [5, 0.01], [9, 0])],
    [
      "linear decay 1 → 0.5 until 10, linear decay 0.5 → 0 from 20",
      linear([0, 1], [10, 0.5], [20, 0.5], [30, 0]),
    ],
    // of three points at one step the middle one never holds, and of those at step 0 the last alone does
    ["0.2, from 7: 0.4", linear([0, 0.1], [0, 0.2], [7, 0.2], [7, 0.3], [7, 0.4])],
    ["0.01", linear([9, 0.01])],
    ["0.01, from 1000: 0.001, from 2000: 0.0001", sequence([0, 0.01], [1000, 0.001], [2000, 1e-4])],
    [
      "warmup 200 to 0.01, from 200: cosine 0.01 → 0",
      sequence([0, warmup(0.01, 200)], [200, cosine(0.01, 0, 200, 3000)]),
    ],
    ["0.5, from 4: linear decay 0.1 → 0 from 2", sequence([0, 0.5], [4, linearDecay(0.1, 0, 2, 9)])],
    ["0.5, from 4: cosine 1 → 0", sequence([0, 0.5], [4, cosine(1, 0, 0, 9)])],
    [
      "sequence, 4 parts, 0.5 … cosine 1 → 0",
      sequence([0, 0.5], [4, 0.4], [5, 0.3], [6, cosine(1, 0, 0, 9)]),
    ],
    [
      "piecewise-linear, 6 points, 0 … 0.02 … 0.001",
      linear([0, 0], [5, 0.01], [9, 0.02], [20, 0.01], [25, 0.005], [30, 0.001]),
    ],
    ["piecewise-linear, 5 points, 1 … 0", linear([0, 1], [5, 0.5], [9, 0.7], [20, 0.6], [25, 0])],
  ])("%s", (name, schedule) => {
    expect(scheduleName(complete(schedule))).toBe(name);
  });
});

const namesOf = (...schedules: ScheduleInput[]): string[] => [
  ...scheduleNames(schedules.map(complete)).values(),
];

describe("several by their names", () => {
  test("in their order, each once, and short where that is enough", () => {
    expect(namesOf(0.1, cosine(0.1, 0, 0, 9), 0.01, 0.1)).toEqual(["0.1", "cosine 0.1 → 0", "0.01"]);
    const schedule = complete(cosine(0.1, 0, 0, 9));
    expect(scheduleNames([0.1, schedule]).get(JSON.stringify(schedule))).toBe("cosine 0.1 → 0");
  });

  test("those that would share one get their ends, more digits, and at last a number", () => {
    expect(namesOf(0.1, cosine(0.1, 0, 0, 9), cosine(0.1, 0, 0, 8), cosine(0.2, 0, 0, 8))).toEqual([
      "0.1",
      "cosine 0.1 → 0 until 9",
      "cosine 0.1 → 0 until 8",
      "cosine 0.2 → 0",
    ]);
    expect(namesOf(0.0123456, 0.0123457, 0.1)).toEqual(["0.0123456", "0.0123457", "0.1"]);
    expect(namesOf(0.1, linear([0, 0.1]), linear([1, 0.1]))).toEqual(["0.1 (1)", "0.1 (2)", "0.1 (3)"]);
    const long = (last: number) => linear([0, 1], [5, 0.5], [9, 0.7], [20, 0.6], [last, 0]);
    expect(namesOf(long(30), long(40))).toEqual([
      "piecewise-linear 0: 1, 5: 0.5, 9: 0.7, 20: 0.6, 30: 0",
      "piecewise-linear 0: 1, 5: 0.5, 9: 0.7, 20: 0.6, 40: 0",
    ]);
  });

  const rate = fc.constantFrom(0, 0.001, 0.0010000001, 0.01, 0.1);
  const step = fc.integer({ min: 0, max: 4 });
  const points = fc
    .array(fc.tuple(step, rate), { minLength: 1, maxLength: 8 })
    .map((pairs) => linear(...pairs.sort(([a], [b]) => a - b)));
  const cosines = fc
    .tuple(rate, rate, step, step)
    .map(([from, to, start, end]): ScheduleInput => cosine(from, to, start, end + 1));
  const part = fc.oneof(rate, points, cosines);
  const sequences = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 9 }), part), { selector: ([at]) => at, maxLength: 5 })
    .map((parts) => sequence([0, 0.5], ...parts.sort(([a], [b]) => a - b)));

  test("no two of any have one, whatever their order", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(part, sequences), { maxLength: 30 }), (inputs) => {
        const schedules = inputs.map(complete);
        const names = scheduleNames(schedules);
        const different = new Set(schedules.map((schedule) => JSON.stringify(schedule)));
        expect(new Set(names.keys())).toEqual(different);
        expect(new Set(names.values()).size).toBe(different.size);
        for (const name of names.values()) expect(name.length).toBeLessThan(250);
        const reversed = scheduleNames([...schedules].reverse());
        for (const [key, name] of names) expect(reversed.get(key)).toBe(name);
      }),
    );
  });
});
