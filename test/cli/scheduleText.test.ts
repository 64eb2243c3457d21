import { describe, expect, test } from "vitest";
import { parseSchedule, scheduleHelp } from "../../src/cli/scheduleText.js";
import { parseVary } from "../../src/cli/vary.js";
import { ConfigError, parseConfig, type ScheduleInput } from "../../src/config.js";
import { cosine, linearDecay, sequence, warmup, warmupStableDecay } from "../../src/schedule/constructors.js";

const parse = (text: string) => parseSchedule("learningRate", text);

describe("a schedule as text is what its constructor makes", () => {
  test.each<[string, unknown]>([
    ["0.01", 0.01],
    [" 1e-3 ", 1e-3],
    ["warmup:200:0.01", warmup(0.01, 200)],
    ["linear-decay:0.01:0:1000:3000", linearDecay(0.01, 0, 1000, 3000)],
    ["linear-decay:0.01:1e-4:3000", linearDecay(0.01, 1e-4, 0, 3000)],
    ["cosine:0.01:0:3000", cosine(0.01, 0, 0, 3000)],
    ["cosine:0.01:.001:100:3000", cosine(0.01, 0.001, 100, 3000)],
    ["wsd:200:0.01:2000:3000", warmupStableDecay(0.01, 200, 2000, 3000)],
    ["wsd:200:0.01:2000:3000:0.001", warmupStableDecay(0.01, 200, 2000, 3000, 0.001)],
    ["0.01@1000:0.001@2000:1e-4", sequence([0, 0.01], [1000, 0.001], [2000, 1e-4])],
    [
      "warmup:200:0.01@200:cosine:0.01:0:200:3000",
      sequence([0, warmup(0.01, 200)], [200, cosine(0.01, 0, 200, 3000)]),
    ],
    ['{"kind":"cosine","from":1,"end":9}', { kind: "cosine", from: 1, end: 9 }],
    ['0.5@4:{"kind":"cosine","from":1,"end":9}', sequence([0, 0.5], [4, cosine(1, 0, 0, 9)])],
  ])("%s", (text, schedule) => {
    expect(parse(text)).toEqual(schedule);
    expect(() => parseConfig({ learningRate: parse(text) as ScheduleInput })).not.toThrow();
    expect(parseVary(`learningRate=${text},2`)).toEqual(["learningRate", [schedule, 2]]);
  });
});

describe("a bad one is a line that shows the form", () => {
  test.each([
    [
      "fast",
      'expected a number, warmup:STEPS:VALUE, linear-decay:FROM:TO:[START:]END, wsd:STEPS:VALUE:START:END[:TO], cosine:FROM:TO:[START:]END or JSON, got "fast"',
    ],
    ["warmup:200", 'expected warmup:STEPS:VALUE, got "warmup:200"'],
    ["warmup:200:fast", 'expected warmup:STEPS:VALUE, got "warmup:200:fast"'],
    ["warmup:200:0.1:3", 'expected warmup:STEPS:VALUE, got "warmup:200:0.1:3"'],
    [
      "warmup:-200:0.1",
      'expected warmup:STEPS:VALUE, got "warmup:-200:0.1" (expected a number of at least 0, got -200)',
    ],
    ["cosine:0.1:0", 'expected cosine:FROM:TO:[START:]END, got "cosine:0.1:0"'],
    [
      "cosine:0.1:0:2.5",
      'expected cosine:FROM:TO:[START:]END, got "cosine:0.1:0:2.5" (expected a whole number from 1 to 1000000000, got 2.5)',
    ],
    [
      "linear-decay:0.1:0:20:10",
      'expected linear-decay:FROM:TO:[START:]END, got "linear-decay:0.1:0:20:10" (expected steps in ascending order)',
    ],
    ["wsd:1:2:3", 'expected wsd:STEPS:VALUE:START:END[:TO], got "wsd:1:2:3"'],
    ["0.1@200", 'expected A@STEP:B, a schedule and another from a step on, got "0.1@200"'],
    ["0.1@x:0.2", 'expected a number, got "x"'],
    ["0.1@0:0.2", 'expected A@STEP:B, got "0.1@0:0.2" (expected steps that ascend, no two alike)'],
    [
      "0.1@5:0.2@5:0.3",
      'expected A@STEP:B, got "0.1@5:0.2@5:0.3" (expected steps that ascend, no two alike)',
    ],
    ["0.1@5:", /^learningRate: expected a number, warmup:.* or JSON, got ""$/],
  ])("%s", (text, message) => {
    let thrown: unknown;
    try {
      parse(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    if (typeof message === "string") expect((thrown as Error).message).toBe(`learningRate: ${message}`);
    else expect((thrown as Error).message).toMatch(message);
  });

  test("in --vary, with the axis's name", () => {
    expect(() => parseVary("learningRate=0.1,warmup:5")).toThrow(
      '--vary learningRate: expected warmup:STEPS:VALUE, got "warmup:5"',
    );
    // elsewhere it is a word or nothing
    expect(() => parseVary("norm=warmup:5:1")).toThrow("--vary norm: expected numbers, words or JSON");
  });
});

test("the help names every form that errors name, in lines of 80 characters", () => {
  for (const form of [
    "warmup:STEPS:VALUE",
    "linear-decay:FROM:TO:[START:]END",
    "wsd:",
    "cosine:",
    "A@STEP:B",
  ])
    expect(scheduleHelp).toContain(form);
  for (const line of scheduleHelp.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
