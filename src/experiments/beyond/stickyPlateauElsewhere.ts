/** What other programs measured of the sticky plateau, beside our runs of the same settings. */
import { explained } from "../../analysis/agreement.js";
import type { Quantity } from "../../analysis/claims.js";
import type { Comparison } from "../experiment.js";
import { highest, labelOf, nameOf, type Setting } from "./stickyPlateauRuns.js";
import { type Arm, inInformation, lag } from "./warmupArms.js";

type MeanAndDeviation = [mean: number, standardDeviation: number];

const inC = "an implementation in C";
const earlier = "this package, earlier";

const behind =
  (by: string, setting: Setting, seeds: number, arm: Arm = "no warmup", against: Arm = "warmup") =>
  (step: number, [mean, standardDeviation]: MeanAndDeviation): Comparison => ({
    quantity: `lag at step ${step}, ${nameOf(setting)}${arm === "no warmup" ? "" : `, ${arm}${against === "warmup" ? "" : ` behind ${against}`}`}`,
    by,
    mean,
    standardDeviation,
    seeds,
    value: lag(labelOf(setting, arm), labelOf(setting, against), step),
  });

const names = { unigramExcess: "(L − H)/I", capturedInformation: "captured information over I" };

const learnt =
  (by: string, setting: Setting, seeds: number) =>
  (arm: Arm, of: keyof typeof names, [mean, standardDeviation]: MeanAndDeviation): Comparison => ({
    quantity: `${names[of]} at step 2000, ${nameOf(setting)}, ${arm}`,
    by,
    mean,
    standardDeviation,
    seeds,
    value: inInformation(labelOf(setting, arm), of, 2000) satisfies Quantity,
  });

/** All of one drawing of the data but where it is said, so that their spread is smaller than ours. */
export function comparisons(): Comparison[] {
  const even = { exponent: 0.5, peak: highest };
  const [flat, flatOnce] = [
    { ...even, vocabSize: 300 },
    { ...even, vocabSize: 300, oneDrawing: true },
  ];
  const steep = { vocabSize: 300, exponent: 1, peak: highest };
  const large = (peak: number): Setting => ({ vocabSize: 1000, exponent: 1, peak });

  const lowPeak = behind(inC, large(0.1), 5);
  const highPeak = behind(inC, large(highest), 5);
  const small = behind(inC, steep, 5);
  const drawings = behind(inC, steep, 5);
  const decayed = behind(inC, { ...steep, variation: "weight decay 0.1" }, 5);
  const withoutNorm = behind(inC, { ...steep, peak: 0.03, low: 0.003, variation: "no norm" }, 5);
  // of which peak, and behind what, is not said: both arms rescaled is the lag of such runs
  const rescaled = behind(inC, large(0.1), 5, "rescaled", "warmup, rescaled");
  const clear = behind(inC, flat, 6);
  const ofSteep = learnt(inC, steep, 6);
  const ofFlat = learnt(inC, flat, 6);
  const once = behind(earlier, flatOnce, 5);
  const ofOnce = learnt(earlier, flatOnce, 5);
  const all = [
    lowPeak(1000, [0.075, 0.021]),
    lowPeak(2000, [0.093, 0.023]),
    highPeak(1000, [0.165, 0.047]),
    highPeak(2000, [0.176, 0.041]),
    small(1000, [0.121, 0.038]),
    small(2000, [0.155, 0.045]),
    ...[drawings(1000, [0.06, 0.023]), drawings(2000, [0.083, 0.039])].map((it) => ({
      ...it,
      quantity: `${it.quantity}, theirs over five drawings`,
    })),
    behind(inC, large(0.05), 5)(2000, [0.019, 0.005]),
    decayed(1000, [0.008, 0.027]),
    decayed(2000, [-0.009, 0.005]),
    behind(inC, { ...steep, variation: "β₂ 0.95" }, 5)(2000, [0.1, 0.036]),
    behind(inC, { ...steep, variation: "B 1024" }, 3)(2000, [-0.001, 0.004]),
    behind(inC, { ...large(0.1), variation: "tied" }, 5)(2000, [0.019, 0.017]),
    withoutNorm(1000, [-0.005, 0.001]),
    withoutNorm(2000, [-0.001, 0.001]),
    clear(1000, [0.427, 0.06]),
    clear(2000, [0.608, 0.069]),
    behind(inC, flat, 6, "equal sum")(2000, [0.6, 0.065]),
    ofFlat("no warmup", "unigramExcess", [0.029, 0.011]),
    ofFlat("no warmup", "capturedInformation", [-0.002, 0.01]),
    ofOnce("no warmup", "unigramExcess", [-0.071, 0.093]),
    ofOnce("warmup", "unigramExcess", [-0.695, 0.052]),
    ofOnce("equal sum", "unigramExcess", [-0.086, 0.097]),
    ofOnce("no warmup", "capturedInformation", [0.099, 0.091]),
    ofOnce("warmup", "capturedInformation", [0.72, 0.057]),
    once(1000, [0.453, 0.07]),
    once(2000, [0.624, 0.08]),
    once(4000, [0.445, 0.048]),
    ofSteep("no warmup", "unigramExcess", [-0.515, 0.037]),
    ofSteep("rescaled", "unigramExcess", [-0.84, 0.009]),
    ofSteep("never high", "unigramExcess", [-0.841, 0.004]),
    rescaled(2000, [0.015, 0.01]),
    rescaled(2500, [0.001, 0.007]),
  ];
  return explained(all, {
    "(L − H)/I at step 2000, V 300, α 1, peak 0.3, no warmup":
      "Theirs is of one drawing of the data, ours of five: it lies 1.7 of our standard deviations over drawings from our mean.",
  });
}
