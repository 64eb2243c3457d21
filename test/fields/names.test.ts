/** One field by all its names, and the names that an object of a config may hold. */
import { describe, expect, test } from "vitest";
import { fields } from "../../src/fields/fields.js";
import { fieldNamed, namesAt } from "../../src/fields/names.js";

describe("a field", () => {
  test.each(fields.map(({ path, flag }) => [path, flag]))(
    "%s is found by its path and its flag",
    (path, flag) => {
      expect(fieldNamed(path)?.path).toBe(path);
      expect(fieldNamed(flag)?.path).toBe(path);
      const camel = flag.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
      expect(fieldNamed(camel)?.path).toBe(path);
    },
  );

  test.each([
    ["exponent", "distribution.exponent"],
    ["optimizer.weight-decay", "optimizer.weightDecay"],
    ["weightDecay", "optimizer.weightDecay"],
    ["optimizer", "optimizer.kind"],
    ["std", "init.std"],
    ["strength", "targets.strength"],
    ["lr", "learningRate"],
    // the run's, not that of the targets
    ["seed", "seed"],
    ["targets-seed", "targets.seed"],
  ])("%s is %s", (name, path) => {
    expect(fieldNamed(name)?.path).toBe(path);
  });

  test.each(["kind", "exponents", "optimizer.exponent", "", "learningRate.from"])(
    "none is called %j",
    (name) => {
      expect(fieldNamed(name)).toBeUndefined();
    },
  );
});

test("whole numbers are told from others", () => {
  const whole = fields.filter((field) => field.whole).map(({ path }) => path);
  expect(whole).toEqual(expect.arrayContaining(["vocabSize", "targets.count", "evaluation.size", "seed"]));
  for (const path of ["learningRate", "init.std", "distribution.exponent", "tied"])
    expect(whole).not.toContain(path);
});

test("names are those of all kinds, however deep", () => {
  expect(namesAt([])).toEqual(expect.arrayContaining(["vocabSize", "learningRate", "seed"]));
  expect(namesAt(["optimizer"])).toEqual(expect.arrayContaining(["kind", "beta1", "momentum", "nesterov"]));
  expect(namesAt(["learningRate"])).toEqual(expect.arrayContaining(["from", "end", "points", "parts"]));
  expect(namesAt(["learningRate", "parts", "1", "1"])).toEqual(expect.arrayContaining(["from", "points"]));
  expect(namesAt(["interventions", "0"])).toEqual(expect.arrayContaining(["step", "embeddingRms"]));
  for (const path of [["vocabSize"], ["nothing"], ["learningRate", "parts", "0", "0"]])
    expect(namesAt(path)).toEqual([]);
});
