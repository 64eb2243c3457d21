/** What decay removes, on runs whose noise and overshoot are planted. */
import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { decayExplained } from "../../src/experiments/beyond/decayExplained.js";
import { analyse } from "../../src/experiments/experiment.js";
import { runOf } from "../experiments/syntheticRuns.js";

interface Planted {
  /** What a constant rate costs at step 3000, by whether the gradient is exact. */
  noise: number;
  overshoot: number;
  /** What is left where the noise is switched off at a constant rate. */
  off: number;
}

/** Constant loss until step 2000; a decayed rate then loses what it costs, as does a run without noise. */
function planted(quick: boolean, { noise, overshoot, off }: Planted, dropped = "") {
  const conditions = decayExplained.conditions(quick).filter(({ label }) => !label.includes(dropped || "∅"));
  return new Map(
    conditions.map(({ label, config }) => [
      label,
      [0, 1, 2, 3, 4].map((seed) =>
        runOf({ ...config, seed } as RunConfigInput, {
          excess: (step) => {
            const cost = (label.includes("exact") ? 0 : noise) + overshoot;
            const rest = label.includes("decayed") ? 0 : label.includes("noise off") ? off : cost;
            // spread over seeds that is the same in all arms cancels
            return (label.includes("exact") ? 0.01 : 0.02) + 0.001 * seed + (step > 2000 ? rest : cost);
          },
        }),
      ),
    ]),
  );
}

const verdictsOf = (runs: ReturnType<typeof planted>, of: string, quick = true) =>
  new Set(
    analyse(decayExplained, runs, quick)
      .claims.filter(({ quantity }) => quantity.startsWith(of))
      .map(({ verdict }) => verdict),
  );
const share = "decay's benefit with the exact gradient";
const noiseOff = "what switching the noise off";

describe("decay-explained", () => {
  test("noise alone: the exact gradient keeps nothing, and switching off does more than decay", () => {
    const runs = planted(true, { noise: 0.05, overshoot: 0, off: -0.01 });
    const { claims } = analyse(decayExplained, runs, true);
    expect(verdictsOf(runs, share)).toEqual(new Set(["holds"]));
    expect(verdictsOf(runs, noiseOff)).toEqual(new Set(["holds"]));
    const [first] = claims.filter(({ quantity }) => quantity.startsWith(noiseOff));
    expect(first.measured.mean).toBeCloseTo(1.2, 10);
  });

  test("overshoot alone: the exact gradient keeps all, and switching the noise off does nothing", () => {
    const runs = planted(true, { noise: 0, overshoot: 0.05, off: 0.05 });
    expect(verdictsOf(runs, share)).toEqual(new Set(["fails"]));
    expect(verdictsOf(runs, noiseOff)).toEqual(new Set(["fails"]));
  });

  test("a planted share is measured, and told in the finding", () => {
    const runs = planted(true, { noise: 0.097, overshoot: 0.003, off: 0 });
    const { claims } = analyse(decayExplained, runs, true);
    for (const { measured, verdict } of claims.filter(({ quantity }) => quantity.startsWith(share))) {
      expect(measured.mean).toBeCloseTo(0.03, 10);
      expect(measured.seeds).toBe(5);
      expect(verdict).toBe("holds");
    }
    const [finding] = decayExplained.findings?.(runs, true) ?? [];
    expect(finding.sentence).toContain("keeps 3.0 to 3.0 % of decay's benefit");
    const quantities = new Set(claims.map(({ quantity }) => quantity));
    for (const quantity of finding.restsOn) expect(quantities).toContain(quantity);
  });

  test("arms are averaged over the last steps, where the rate has fallen, and no others", () => {
    const runs = planted(true, { noise: 0.097, overshoot: 0.003, off: 0 });
    for (const [label, own] of runs)
      for (const { records } of label.includes("constant") ? own : [])
        for (const record of records)
          if (record.step <= 2800) record.excessLoss = label.includes("exact") ? 9 : 5;
    const shares = analyse(decayExplained, runs, true).claims.filter(({ quantity }) =>
      quantity.startsWith(share),
    );
    for (const { measured } of shares) expect(measured.mean).toBeCloseTo(0.03, 10);
  });

  test("floors of planted exponents, and of rate × √D alone", () => {
    const conditions = decayExplained.conditions(false);
    const runs = new Map(
      conditions.map(({ label, config }) => [
        label,
        [0, 1, 2].map((seed) => {
          const { learningRate, embeddingDim = 100, batchSize = 128 } = config;
          const stride = (typeof learningRate === "number" ? learningRate : 0) * Math.sqrt(embeddingDim);
          return runOf({ ...config, seed } as RunConfigInput, {
            excess: (step) => {
              const late = step > 20_000 ? 0.6 : 1;
              return late * (1 + 1e-4 * seed) * stride ** 0.4 * (batchSize / 128) ** -0.35;
            },
          });
        }),
      ]),
    );
    const { claims } = analyse(decayExplained, runs, false);
    const of = (start: string) => claims.filter(({ quantity }) => quantity.startsWith(start));
    for (const { measured, verdict } of of("local exponent of the floor in the rate")) {
      expect(measured.mean).toBeCloseTo(0.4, 6);
      expect(verdict).toBe("holds");
    }
    expect(of("local exponent of the floor in B")).toHaveLength(3);
    for (const { measured } of of("local exponent of the floor in B"))
      expect(measured.mean).toBeCloseTo(-0.35, 6);
    for (const { measured, verdict } of of("floor at D")) {
      expect(measured.mean).toBeCloseTo(0, 3);
      expect(verdict).toBe("holds");
    }
    expect(of("excess loss over steps 2000 to 3000 minus").map(({ verdict }) => verdict)).toEqual(
      Array(3).fill("holds"),
    );
    expect(decayExplained.figures(runs, false).map(({ name }) => name)).toEqual([
      "decay-explained",
      "decay-explained-share",
      "decay-explained-floor",
      "decay-explained-late",
    ]);
  });

  test("where a run still learns, no share is asked", () => {
    const runs = planted(false, { noise: 0.05, overshoot: 0, off: 0 });
    const { claims } = analyse(decayExplained, runs, false);
    const asked = claims.filter(({ quantity }) => quantity.startsWith(share));
    expect(asked).toHaveLength(13);
    expect(asked.some(({ quantity }) => quantity.endsWith("D 10, lr 0.003"))).toBe(false);
    // the planted run has a benefit there as elsewhere
    const [costs] = claims.filter(({ claim }) =>
      claim.startsWith("where a run of a constant rate still learns"),
    );
    expect(costs.measured.mean).toBeCloseTo(-0.05, 10);
    expect(costs.verdict).toBe("fails");
  });

  test("without an arm there is neither claim nor finding of it", () => {
    const runs = planted(true, { noise: 0.05, overshoot: 0, off: 0 }, "constant, exact");
    expect(verdictsOf(runs, share)).toEqual(new Set());
    expect(decayExplained.findings?.(runs, true)).toEqual([]);
  });

  test("comparisons read what their words say", () => {
    const runs = planted(false, { noise: 0.08, overshoot: 0.02, off: 0 });
    const bySeed = new Map([...runs].map(([label, own]) => [label, own[0]]));
    const comparisons = decayExplained.comparisons?.(runs, false) ?? [];
    expect(comparisons).toHaveLength(15);
    for (const { quantity, value } of comparisons)
      expect(value.of(bySeed), quantity).toBeCloseTo(quantity.startsWith("excess") ? 0.12 : 0.2, 10);
  });
});
