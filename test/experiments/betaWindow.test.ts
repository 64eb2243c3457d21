/** What β is, on curves that are a power law, end on a floor, or are one of rate × time. */
import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { betaWindow } from "../../src/experiments/beyond/betaWindow.js";
import { analyse } from "../../src/experiments/experiment.js";
import { runOf } from "./syntheticRuns.js";

/** Three seeds of every condition. */
const runsOf = (excess: (rate: number, step: number, batchSize: number | null) => number, quick = false) =>
  new Map(
    betaWindow.conditions(quick).map(({ label, config }) => [
      label,
      [0, 1, 2].map((seed) =>
        runOf({ ...config, seed } as RunConfigInput, {
          excess: (step) =>
            step === 0
              ? null
              : (1 + 1e-4 * seed) *
                excess(
                  config.learningRate as number,
                  step,
                  config.gradient === "exact" ? null : (config.batchSize ?? 128),
                ),
        }),
      ),
    ]),
  );

const claimsOf = (runs: ReturnType<typeof runsOf>, quick = false) => analyse(betaWindow, runs, quick).claims;
const startingWith = (claims: ReturnType<typeof claimsOf>, start: string) =>
  claims.filter(({ claim }) => claim.startsWith(start));

describe("beta-window", () => {
  test("a power law of rate × time has one β everywhere, and is one curve", () => {
    const claims = claimsOf(runsOf((rate, step) => 0.2 * (rate * step) ** -0.77));
    for (const start of ["one curve has many β", "without noise", "early, β grows"])
      for (const { measured } of startingWith(claims, start)) expect(measured.mean).toBeCloseTo(0, 10);
    const collapse = startingWith(claims, "curves of small rates");
    expect(collapse.map(({ verdict }) => verdict)).toEqual(["holds", "holds"]);
    for (const { measured } of collapse) expect(measured.mean).toBeCloseTo(0, 10);
    expect(startingWith(claims, "a larger rate leaves")[0].measured.mean).toBeCloseTo(0, 10);
  });

  test("floors that the rate decides bend β, part the curves and are found", () => {
    const floor = (rate: number) => 30 * rate;
    const claims = claimsOf(
      runsOf((rate, step, batch) => 0.2 * (rate * step) ** -0.77 + (batch === null ? 0 : floor(rate))),
    );
    expect(
      startingWith(claims, "one curve has many β: a settling rate").map(({ verdict }) => verdict),
    ).toEqual(["holds", "holds", "holds"]);
    expect(startingWith(claims, "without noise β is larger")[0].verdict).toBe("holds");
    expect(startingWith(claims, "a larger rate leaves")[0].verdict).toBe("holds");
    const floors = startingWith(claims, "what the curves end on");
    expect(floors.map(({ measured }) => measured.mean)).toEqual(
      [0.001 - 0.0003, 0.003 - 0.001].map((x) => expect.closeTo(30 * x, 4)),
    );
    expect(floors.map(({ verdict }) => verdict)).toEqual(["holds", "holds"]);
  });

  test("curves that are of the step alone do not collapse", () => {
    const claims = claimsOf(runsOf((_rate, step) => step ** -0.77));
    expect(startingWith(claims, "curves of small rates").map(({ verdict }) => verdict)).toEqual([
      "fails",
      "fails",
    ]);
  });

  test("β by window, and the finding that tells it", () => {
    // exponents 0.8 up to step 2950, 0.5 from there to 10,000, and 0.3 behind it
    const kinked = (step: number) =>
      step <= 2950
        ? step ** -0.8
        : step <= 10_000
          ? 2950 ** -0.3 * step ** -0.5
          : 2950 ** -0.3 * 10_000 ** -0.2 * step ** -0.3;
    const runs = runsOf((_rate, step, batch) => (batch === null ? step ** -1.33 : kinked(step)));
    const [finding] = betaWindow.findings?.(runs, false) ?? [];
    for (const part of [
      "0.80 (0.80 to 0.80) over steps 700 to 2900",
      "0.50 (0.50 to 0.50) over steps 3000 to 10000",
      "0.30 (0.30 to 0.30) over steps 10000 to 30000",
      "1.33 (1.33 to 1.33) with the exact gradient",
    ])
      expect(finding.sentence).toContain(part);
    const quantities = new Set(claimsOf(runs).map(({ quantity }) => quantity));
    for (const quantity of finding.restsOn) expect(quantities).toContain(quantity);
    const bySeed = new Map([...runs].map(([label, own]) => [label, own[0]]));
    const comparisons = betaWindow.comparisons?.(runs, false) ?? [];
    expect(comparisons).toHaveLength(16);
    for (const { quantity, value } of comparisons) {
      const beta = quantity.includes("exact")
        ? 1.33
        : quantity.includes("700 to 2900")
          ? 0.8
          : quantity.includes("3000 to 10000")
            ? 0.5
            : quantity.includes("1000 to 3000")
              ? null
              : 0.3;
      if (beta !== null) expect(value.of(bySeed), quantity).toBeCloseTo(beta, 6);
      else expect(value.of(bySeed)).toBeGreaterThan(0.75);
    }
  });

  test("the quick profile has claims, findings and figures of its own runs", () => {
    const runs = runsOf((rate, step, batch) => 0.2 * (rate * step) ** -0.77 + (batch ? 30 * rate : 0), true);
    const claims = claimsOf(runs, true);
    expect(startingWith(claims, "curves of small rates")).toHaveLength(1);
    const [finding] = betaWindow.findings?.(runs, true) ?? [];
    const quantities = new Set(claims.map(({ quantity }) => quantity));
    for (const quantity of finding.restsOn) expect(quantities).toContain(quantity);
    expect(betaWindow.figures(runs, true).map(({ name }) => name)).toEqual([
      "beta-window",
      "beta-window-collapse",
      "beta-window-batch",
    ]);
    expect(betaWindow.figures(new Map(), true)).toEqual([]);
  });
});
