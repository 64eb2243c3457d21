import { describe, expect, it } from "vitest";
import {
  type Curve,
  courseOf,
  curveOf,
  extent,
  lastPlace,
  lastStepOf,
  nearestStep,
  placeAt,
  roomy,
  shownOf,
  stepSpan,
} from "../../src/lab/charts/curves.js";
import { labRun, record, replica } from "./replicas.js";

const losses = (...pairs: [number, number | null][]) =>
  replica(pairs.map(([step, loss]) => record(step, { loss })));

const curve = (steps: number[], values: (number | null)[], more: Partial<Curve> = {}): Curve => ({
  key: "A",
  letter: "A",
  label: "",
  look: 0,
  seeds: 1,
  steps,
  values,
  ...more,
});

describe("courseOf", () => {
  it("is a seed's own where there is one, without a band", () => {
    const course = courseOf([losses([0, 4], [10, 3])], "loss");
    expect(course).toEqual({ steps: [0, 10], values: [4, 3], seeds: 1 });
  });

  it("is mean, least and largest at the steps that all seeds have", () => {
    const course = courseOf(
      [losses([0, 4], [10, 3], [20, 2]), losses([0, 6], [20, 4]), losses([0, 5], [20, 6], [30, 1])],
      "loss",
    );
    expect(course).toMatchObject({ steps: [0, 20], values: [5, 4], low: [4, 2], high: [6, 6], seeds: 3 });
  });

  it("ends where the first seed ends, whichever it is", () => {
    const short = losses([0, 1]);
    const long = losses([0, 3], [5, 3]);
    expect(courseOf([short, long], "loss").steps).toEqual([0]);
    expect(courseOf([long, short], "loss").steps).toEqual([0]);
  });

  it("has no value where a seed has none", () => {
    expect(courseOf([losses([0, 1], [5, null]), losses([0, 3], [5, 3])], "loss").values).toEqual([2, null]);
    expect(courseOf([losses([0, Number.NaN])], "loss").values).toEqual([null]);
  });

  it("has the standard deviation over its seeds", () => {
    const { deviation } = courseOf([losses([0, 4]), losses([0, 6]), losses([0, 8])], "loss");
    expect(deviation).toEqual([2]);
  });

  it("is made once of a list of replicas, and again of another", () => {
    const replicas = [losses([0, 4])];
    expect(courseOf(replicas, "loss")).toBe(courseOf(replicas, "loss"));
    expect(courseOf([losses([0, 4], [1, 3])], "loss").steps).toEqual([0, 1]);
    expect(courseOf(replicas, "excessLoss").values).toEqual([null]);
  });

  it("is empty without replicas", () => {
    expect(courseOf([], "loss")).toEqual({ steps: [], values: [], seeds: 0 });
  });
});

describe("runs", () => {
  it("are curves of those that are shown, under their letters", () => {
    const runs = [labRun("A", [losses([0, 1])]), labRun("B", [], { shown: false }), labRun("C", [])];
    expect(shownOf(runs).map(({ letter }) => letter)).toEqual(["A", "C"]);
    expect(curveOf(runs[2], "loss")).toMatchObject({ key: "C", letter: "C", look: 2, steps: [] });
  });

  it("have an axis to the end of the longest", () => {
    expect(
      lastStepOf([labRun("A", [], { config: { steps: 50 } }), labRun("B", [], { config: { steps: 700 } })]),
    ).toBe(700);
    expect(lastStepOf([])).toBe(1);
  });
});

describe("places", () => {
  it("are those of the last step that is not beyond", () => {
    expect([-1, 0, 3, 10, 99].map((step) => placeAt([0, 3, 10], step))).toEqual([-1, 0, 1, 2, 2]);
    expect(placeAt([], 3)).toBe(-1);
  });

  it("are those of the last value", () => {
    expect(lastPlace([1, 2, null])).toBe(1);
    expect(lastPlace([null])).toBe(-1);
  });

  it("are nearest as the axis is drawn, of all curves", () => {
    const curves = [curve([0, 1, 100], [4, 3, 2]), curve([0, 30], [4, 3])];
    expect(nearestStep({ curves, logX: false }, 14)).toBe(1);
    expect(nearestStep({ curves, logX: true }, 14)).toBe(30);
    expect(nearestStep({ curves, logX: true }, 0.1)).toBe(1);
    expect(nearestStep({ curves, logX: false }, 0.1)).toBe(0);
    expect(nearestStep({ curves, logX: true }, undefined)).toBeUndefined();
    expect(nearestStep({ curves: [], logX: true }, 3)).toBeUndefined();
  });
});

describe("the span of steps", () => {
  it("begins at 0, on a logarithmic axis with the first evaluation that it can show", () => {
    const curves = [curve([0, 50, 100, 200], [4, null, 3, 2]), curve([0, 150], [4, 3])];
    expect(stepSpan(curves, 3000, false)).toEqual([0, 3000]);
    expect(stepSpan(curves, 3000, true)).toEqual([100, 3000]);
    expect(stepSpan([curve([0], [4])], 3000, true)).toEqual([1, 3000]);
    expect(stepSpan([curve([0, 100], [4, 3])], 100, true)).toEqual([100, 200]);
  });
});

describe("extent", () => {
  it("is that of all that is drawn, with bands and rules", () => {
    const banded = curve([1], [2], { low: [0.5], high: [3] });
    expect(extent([banded, curve([1], [2.5])], false)).toEqual([0.5, 3]);
    expect(extent([banded], false, [-1])).toEqual([-1, 3]);
    expect(extent([curve([1, 2], [-3, 2])], true)).toEqual([2, 2]);
    expect(extent([curve([1], [null])], false)).toBeUndefined();
  });

  it("gets room, on either axis, and where all is one value", () => {
    for (const log of [true, false])
      for (const span of [
        [1, 10],
        [4, 4],
      ] as const) {
        const [least, largest] = roomy(span, log);
        expect(least).toBeLessThan(span[0]);
        expect(largest).toBeGreaterThan(span[1]);
        if (log) expect(least).toBeGreaterThan(0);
      }
    expect(roomy([0, 0], false)).toEqual([-1, 1]);
  });
});
