import { describe, expect, it } from "vitest";
import type { Curve } from "../../src/lab/charts/curves.js";
import { legendOf } from "../../src/lab/charts/legendOf.js";

const curve = (more: Partial<Curve> = {}): Curve => ({
  key: "A",
  letter: "A",
  label: "",
  look: 0,
  seeds: 1,
  steps: [0, 500, 1000],
  values: [3, 2, null],
  ...more,
});

describe("the legend", () => {
  it("has the latest values that there are", () => {
    const { when, entries } = legendOf([curve()], undefined);
    expect([when, entries[0].value]).toEqual(["latest", "2"]);
  });

  it("has the values at a step, and says which evaluation that is", () => {
    const { when, entries } = legendOf([curve({ values: [3, 2, 1] })], 1200);
    expect([when, entries[0].value, entries[0].notes]).toEqual(["at step 1,000", "1", []]);
    expect(legendOf([curve()], 700)).toMatchObject({ when: "at step 500", entries: [{ value: "2" }] });
    expect(legendOf([curve()], 1000).entries[0].value).toBe("–");
  });

  it("says of a curve that was measured at another step at which", () => {
    const notes = legendOf([curve(), curve({ steps: [0, 600] })], 700).entries.map(({ notes }) => notes);
    expect(notes).toEqual([["at step 500"], []]);
  });

  it("has the standard deviation of several seeds, and says what bands are", () => {
    const values = [60, 50, 39.9123];
    const several = curve({ values, low: values, high: values, deviation: [1, 1, 1.0567], seeds: 5 });
    const { entries, bands } = legendOf([curve(), several], undefined);
    // what all have in common is said once
    expect(entries[1]).toMatchObject({ value: "39.9 ± 1.1", notes: [] });
    expect(bands).toBe("mean ± sd of 5 seeds; band: smallest to largest of them");
    const other = legendOf([several, { ...several, seeds: 3 }], undefined);
    expect(other.bands).toBe("mean ± sd of a run’s seeds; band: smallest to largest of them");
    expect(other.entries.map(({ notes }) => notes)).toEqual([["5 seeds"], ["3 seeds"]]);
    expect(legendOf([curve()], undefined).bands).toBe("");
  });

  it("ends with a fit and a bad end", () => {
    const { notes } = legendOf([curve({ note: "β 0.50", badEnd: "exploded" })], undefined).entries[0];
    expect(notes).toEqual(["β 0.50", "exploded"]);
  });
});
