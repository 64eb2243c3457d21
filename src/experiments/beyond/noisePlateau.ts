/**
 * What looks like a plateau at the unigram entropy, without a norm: a floor of noise. Where it lies, whether its history
 * matters, how long it takes to come, what it takes to leave it, and whether the time on it is lost.
 */
import { at, minus, over, valuesOf } from "../../analysis/claims.js";
import type { Runs } from "../../analysis/series.js";
import { meanInterval } from "../../analysis/statistics.js";
import { decimals } from "../../figures/labels.js";
import type { Experiment, Finding } from "../experiment.js";
import { told } from "../told.js";
import {
  entropySides,
  inInformation,
  level,
  noisePlateauClaims,
  overEntropy,
  quantities,
} from "./noisePlateauClaims.js";
import { noisePlateauComparisons } from "./noisePlateauElsewhere.js";
import { noisePlateauFigures } from "./noisePlateauFigures.js";
import { constant, early, historiesOf, names, noisePlateauConditions, sizeOf } from "./noisePlateauRuns.js";

function findings(runs: Runs, quick: boolean): Finding[] {
  const { vocabSize, hold } = sizeOf(quick);
  const [{ rate, arms }] = historiesOf();
  const differences = arms.map((arm) =>
    valuesOf(inInformation(constant(rate), minus(level(arm), level(constant(rate)))), runs),
  );
  const sides = entropySides(quick);
  const [low, high] = [sides.below, sides.above].map((label) => told(overEntropy(label), runs));
  const height = told(level(constant(rate)), runs, (x) => decimals(x, 3));
  const lead = told(
    over(at(names.droppedEarly, "excessLoss", early.end), at(constant(early.low), "excessLoss", early.end)),
    runs,
  );
  if ([low, high, height, lead].includes(null) || differences.some((values) => values.length < 2)) return [];
  const bounds = differences.map((values) => meanInterval(values) as [number, number]);
  const furthest = Math.max(...bounds.flat().map(Math.abs));
  return [
    {
      sentence:
        `Without a norm, a loss that seems stuck near the unigram entropy rests on a floor of noise without memory: at lr ${rate} (V = ${vocabSize}) it lies ` +
        `${height} nats above the best loss, and runs that were at a tenth or three times the rate, warmed up or had exact gradients for ${hold} steps ` +
        `come to the same level (all 95 % intervals of the differences within ${furthest.toFixed(3)} I); ` +
        `it meets the unigram entropy H by coincidence, L − H being ${low} nats at ${sides.below} and ${high} nats at ${sides.above}, ` +
        `and time on it is not lost: ${early.end - early.drop} steps after a drop from ${early.high} to ${early.low} the excess loss is ${lead} of that of a run at ${early.low} throughout.`,
      restsOn: [
        ...arms.map((arm) => quantities.history(arm, rate)),
        quantities.sign(sides.below),
        quantities.sign(sides.above),
        quantities.lead(early.end, `V ${vocabSize}, dropped at ${early.drop}`),
      ],
    },
  ];
}

export const noisePlateau: Experiment = {
  name: "noise-plateau",
  part: "beyond",
  title: "A plateau made of noise",
  summary:
    "Untied weights without a norm, D = 32, Zipf tokens with low-rank targets: the loss falls to about the unigram entropy H and seems to stick. Runs come to the same rate " +
    "from both sides, from exact gradients and from a warmup; the level is measured over rates, batches, mutual information I and β₂; the rate drops, or the gradient becomes exact; " +
    "and a run that was on the plateau is compared with one that never was. Levels are means over the last quarter of a run, differences are between runs of one seed.",
  source: null,
  seeds: 3,
  sampledOver: "initialisations, draws and drawings of the data (V = 1000: one drawing)",
  conditions: noisePlateauConditions,
  claims: noisePlateauClaims,
  figures: noisePlateauFigures,
  comparisons: noisePlateauComparisons,
  findings,
};
