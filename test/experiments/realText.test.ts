/** What is read of runs on real text, on made-up runs whose answers are known. */

import { describe, expect, test } from "vitest";
import { capturedAtEntropy } from "../../src/analysis/capturedAtEntropy.js";
import { ofRun, valuesOf } from "../../src/analysis/claims.js";
import type { RunConfigInput } from "../../src/config.js";
import { brown } from "../../src/experiments/beyond/corpora.js";
import { realText } from "../../src/experiments/beyond/realText.js";
import { behind, labelOf, labelsOf, passing } from "../../src/experiments/beyond/realTextRuns.js";
import { analyse } from "../../src/experiments/experiment.js";
import { configsOf } from "../../src/experiments/profile.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "./syntheticRuns.js";

const H = Number(brown.statistics.entropy.heldOut);
const information = H - Number(brown.statistics.conditionalEntropy.heldOut);
const { low, high, warm } = labelsOf(128);

/** A loss of unseen pairs, and what is captured where it is that of the training pairs too. */
interface Planted {
  loss(step: number, seed: number): number;
  captured?(step: number, seed: number): number;
}

const runsOf = (planted: Record<string, Planted>, seeds = 3): Map<string, RunResult[]> =>
  new Map(
    Object.entries(planted).map(([label, { loss, captured }]) => {
      const condition = realText.conditions(false).find((one) => one.label === label);
      if (!condition) throw new Error(`no condition ${label}`);
      const runs = configsOf(condition, seeds).map((config) =>
        runOf(config as RunConfigInput, {
          excess: () => 1,
          columns: (step, seed) => ({
            heldOutLoss: loss(step, seed),
            unigramExcess: loss(step, seed) - H,
            capturedInformation: captured?.(step, seed) ?? 0,
          }),
        }),
      );
      return [label, runs];
    }),
  );
/** From 0.01 per seed apart, so that there is a spread. */
const flat = (loss: number): Planted => ({ loss: (_, seed) => loss + 0.01 * seed });

test("the step at which unseen pairs cost less than a level is read between evaluations", () => {
  // 11 at step 0, a nat less every 100 steps, seeds 10 steps apart
  const runs = runsOf({ [low]: { loss: (step, seed) => 11 - (step - 10 * seed) / 100 } });
  expect(valuesOf(passing(low, 7.5), runs).map((x) => Math.round(x * 1e6) / 1e6)).toEqual([350, 360, 370]);
  expect(valuesOf(passing(low, 6), runs)).toEqual([]);
});

test("what is captured when the loss passes the unigram entropy is read at that step, not beside it", () => {
  const runs = runsOf({
    [low]: { loss: (step) => H + 2.3 - step / 100, captured: (step, seed) => step / 1000 + seed },
    [high]: { loss: () => H + 0.1, captured: () => 1 },
    [warm]: { loss: () => H - 0.1, captured: () => 1 },
  });
  const captured = valuesOf(ofRun(low, capturedAtEntropy), runs);
  for (const [seed, value] of captured.entries()) expect(value).toBeCloseTo(0.23 + seed, 9);
  expect(captured).toHaveLength(3);
  // a loss that never passes it, and one that is below it from the start
  expect(valuesOf(ofRun(high, capturedAtEntropy), runs)).toEqual([]);
  expect(valuesOf(ofRun(warm, capturedAtEntropy), runs)).toEqual([]);
});

test("a planted lag is found, as a part of the information that unseen text has", () => {
  const runs = runsOf({
    [labelOf("no warmup")]: flat(7 + 0.1 * information),
    [labelOf("warmup")]: flat(7),
  });
  for (const value of valuesOf(behind("no warmup", "warmup", 400), runs)) expect(value).toBeCloseTo(0.1, 9);
});

describe("claims", () => {
  /** Runs of all arms; the lag of the run without warmup, and what a high rate costs, as parts of the information. */
  const planted = (lag: number, cost: number): Record<string, Planted> => ({
    [labelOf("no warmup")]: {
      loss: (_, seed) => 7 + (cost + lag + 0.001 * seed) * information,
    },
    [labelOf("warmup")]: { loss: () => 7 + cost * information },
    [labelOf("rescaled")]: { loss: () => 7 },
    [labelOf("never high")]: { loss: () => 7 },
  });
  const verdicts = (runs: Map<string, RunResult[]>, part: string) =>
    analyse(realText, runs, false)
      .claims.filter(({ claim, quantity }) => `${claim}: ${quantity}`.includes(part))
      .map(({ verdict }) => verdict);

  test.each([
    [0.1, 0.3, ["holds", "holds"], ["holds"]],
    [0, 0, ["fails", "fails"], ["fails"]],
  ])("a lag of %f and a cost of %f", (lag, cost, lags, costs) => {
    const runs = runsOf(planted(lag, cost));
    expect(verdicts(runs, "lag at step")).toEqual(lags);
    expect(verdicts(runs, "warmup minus never high")).toEqual(costs);
  });

  test("a warmup that pays off holds, one that does not fails", () => {
    const falling = (end: number): Planted => ({
      loss: (step, seed) => (step < 400 ? 9 : end + 0.01 * seed),
    });
    const late = "later it is slower than with warmup";
    expect(verdicts(runsOf({ [high]: falling(7.5), [warm]: falling(7.3) }), late)).toEqual(["holds"]);
    expect(verdicts(runsOf({ [high]: falling(7.3), [warm]: falling(7.5) }), late)).toEqual(["fails"]);
  });

  test("a run that comes to the unigram solution is told from one that does not", () => {
    const at = (captured: number): Planted => ({
      loss: (step) => H + 1 - step / 100,
      captured: (_, seed) => captured + 0.001 * seed,
    });
    expect(verdicts(runsOf({ [low]: at(0.4) }), "no unigram solution")).toEqual(["holds"]);
    expect(verdicts(runsOf({ [low]: at(0) }), "no unigram solution")).toEqual(["fails"]);
  });

  test("what counting says is there with any run, and without runs nothing is", () => {
    const counted = (runs: Map<string, RunResult[]>) =>
      analyse(realText, runs, false).claims.filter(({ quantity }) => /Bible$|Brown corpus$/.test(quantity));
    // of the text that the run is of
    expect(counted(runsOf({ [low]: flat(7) }))).toHaveLength(3);
    expect(analyse(realText, new Map(), false)).toEqual({
      claims: [],
      figures: [],
      agreements: [],
      findings: [],
    });
  });
});

test("a batch of 1024 has one seed", () => {
  const of = (label: string) => realText.conditions(false).find((one) => one.label === label)?.seeds;
  expect(Object.values(labelsOf(1024)).map(of)).toEqual([1, 1, 1]);
  expect(Object.values(labelsOf(128)).map(of)).toEqual([undefined, undefined, undefined]);
});

test("sentences rest on claims that there are, and say the numbers of the runs", () => {
  const runs = runsOf({
    [high]: { loss: (_, seed) => H + 0.7 + 0.01 * seed, captured: (_, seed) => -0.3 + 0.01 * seed },
    [labelsOf(1024).high]: { loss: (step) => H + 2 - step / 100 },
    [labelOf("no warmup")]: flat(7.2 + 0.05 * information),
    [labelOf("warmup")]: flat(7.2),
    [labelOf("rescaled")]: flat(7.2 - 0.1 * information),
    [labelOf("never high")]: flat(7.2 - 0.2 * information),
  });
  const { claims } = analyse(realText, runs, false);
  const verdictOf = new Map(claims.map(({ quantity, verdict }) => [quantity, verdict]));
  const findings = realText.findings?.(runs, false) ?? [];
  for (const { restsOn } of findings)
    for (const quantity of restsOn) expect(verdictOf.get(quantity), quantity).toBe("holds");
  const [sentence] = findings.map((finding) => finding.sentence);
  expect(sentence).toMatch(
    /still 0\.71 \(.*with −0\.29 \(−0\.31 to −0\.27\).*at step 200 \(one seed, which settles nothing\);/,
  );
  expect(sentence).toMatch(/is 0\.05 \(.*a warmup is 0\.20 \(.*regain 0\.15 \(/);
  expect(realText.findings?.(new Map(), false)).toEqual([]);
});

test("a high rate that is not held up is not said to be", () => {
  const runs = runsOf({
    [high]: { loss: (_, seed) => H - 0.2 + 0.01 * seed, captured: (_, seed) => 0.3 + 0.01 * seed },
    [labelsOf(1024).high]: flat(H),
  });
  // the larger batch has one seed
  const judged = analyse(realText, runs, false).claims.filter(({ quantity }) =>
    /minus the unigram entropy|captured information \(nats\) at step|B 128 minus B 1024/.test(quantity),
  );
  expect(judged.map(({ verdict }) => verdict)).toEqual(["fails", "fails", "inconclusive"]);
});

test("comparisons are of the same setting and read the runs of one", () => {
  const runs = runsOf({ [low]: { loss: (step, seed) => 9.5 - (step - 10 * seed) / 100 } });
  const compared = realText.comparisons?.(runs, false) ?? [];
  expect(compared.map(({ mean }) => mean)).toEqual([198, 272, 297]);
  expect(valuesOf(compared[0].value, runs).map(Math.round)).toEqual([200, 210, 220]);
});

describe("figures", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a Vega-Lite specification
  type Spec = any;
  const drawn = (planted: Record<string, Planted>) =>
    new Map(analyse(realText, runsOf(planted), false).figures.map((one) => [one.name, one.panels as Spec]));

  test("a figure without runs is left out", () => {
    expect([...drawn({ [low]: flat(7) }).keys()]).toEqual(["real-text-entropies", "real-text"]);
    expect([...drawn({ [labelOf("warmup")]: flat(7) }).keys()]).toEqual([
      "real-text-entropies",
      "real-text-arms",
    ]);
  });

  test("how far arms are behind is drawn from the drop on", () => {
    const panels = drawn({
      [labelOf("no warmup")]: flat(7 + 0.3 * information),
      [labelOf("never high")]: flat(7),
    }).get("real-text-arms");
    const rows = panels[1].layer[1].data.values as { step: number; mean: number; condition: string }[];
    expect(rows.map(({ step }) => step)).toEqual([200, 250, 300, 350, 400]);
    for (const { mean, condition } of rows) {
      expect(condition).toBe("no warmup");
      expect(mean).toBeCloseTo(0.3, 9);
    }
  });
});
