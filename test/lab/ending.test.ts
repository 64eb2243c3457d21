import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/index.js";
import { badEndOf, endingOf } from "../../src/lab/state/ending.js";
import { inputWithin } from "../../src/lab/state/inputWithin.js";
import { record, replica } from "../views/replicas.js";

const config = parseConfig({ steps: 100 });
const losses = (...values: number[]) =>
  replica(
    values.map((loss, i) => record((100 * i) / (values.length - 1), { loss })),
    { config },
  );
const diverged = (step: number) =>
  replica([record(0, { loss: 4.6 }), record(step, { diverged: true })], { config });

describe("how a run ended", () => {
  it("is told by the rule of the reports, once it has ended", () => {
    expect(endingOf(losses(4.6, 3.8))).toBe("sound");
    expect(endingOf(losses(4.6, 37_020))).toBe("exploded");
    expect(endingOf(diverged(40))).toBe("diverged");
    const under = { config, records: losses(4.6, 37_020, 3).records.slice(0, 2) };
    expect(endingOf(under)).toBeUndefined();
    expect(endingOf({ config, records: [] })).toBeUndefined();
  });

  it("is said where it is bad, of several seeds with how many", () => {
    expect(badEndOf([losses(4.6, 3.8)])).toBe("");
    expect(badEndOf([losses(4.6, 37_020)])).toBe("exploded");
    expect(badEndOf([diverged(40)])).toBe("diverged at step 40");
    expect(badEndOf([diverged(70), losses(4.6, 99), losses(4.6, 3), diverged(40)])).toBe(
      "2 of 4 seeds diverged at step 40, 1 of 4 seeds exploded",
    );
    expect(badEndOf([])).toBe("");
  });
});

it("the input that is looked at is one of the vocabulary", () => {
  expect([inputWithin(500, 100), inputWithin(3, 100), inputWithin(undefined, 100)]).toEqual([
    99,
    3,
    undefined,
  ]);
});
