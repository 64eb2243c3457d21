import { describe, expect, test } from "vitest";
import { isSound, type Outcome, outcomeOf } from "../../src/analysis/outcome.js";
import type { RunConfigInput } from "../../src/config.js";
import { runOf } from "../experiments/syntheticRuns.js";

/** A run of 100 tokens (ln V = 4.605) with these losses at its evaluations. */
function runWith(losses: (number | null)[], standardError = 0, config: RunConfigInput = {}) {
  const steps = 100 * (losses.length - 1);
  const run = runOf({ steps, ...config }, { excess: () => 1 });
  const records = run.records.map((record, i) => ({ ...record, loss: losses[i], standardError }));
  return { ...run, records };
}

describe("a run ends", () => {
  test.each<[string, (number | null)[], Outcome]>([
    ["lower than it began", [4.7, 3.9, 3.2], "sound"],
    ["where it began: it has not learnt, and not exploded", [4.7, 4.7], "sound"],
    ["a little above by noise", [4.7, 4.705], "sound"],
    ["above its start and above a uniform guess", [4.7, 4.6, 4.72], "exploded"],
    ["at 1e8", [4.7, 1e8], "exploded"],
    ["at 1e8 on the way, and low", [4.7, 1e8, 3.2], "sound"],
    ["above its start, yet below a uniform guess, from the unigram solution on", [3.2, 3.4], "sound"],
    ["above a uniform guess, yet below its start, with large initial weights", [50, 9], "sound"],
    ["without a loss at its end", [4.7, 5, null], "exploded"],
    ["without any loss", [null, null], "sound"],
    ["with its first evaluation", [4.7], "sound"],
  ])("%s", (_, losses, outcome) => {
    expect(outcomeOf(runWith(losses))).toBe(outcome);
    expect(isSound(runWith(losses))).toBe(outcome === "sound");
  });

  test("diverged, whatever was measured before", () => {
    expect(outcomeOf({ ...runWith([4.7, 3.2]), divergedAt: 150 })).toBe("diverged");
  });

  test("sampled evaluations have noise of their own", () => {
    expect(outcomeOf(runWith([4.7, 4.9], 0.05))).toBe("exploded");
    expect(outcomeOf(runWith([4.7, 4.9], 0.07))).toBe("sound");
  });
});
