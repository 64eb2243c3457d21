/** What other programs measured of the noise plateau, beside our quantities in the same settings. */
import { explained } from "../../analysis/agreement.js";
import { at, ofRun, type Quantity } from "../../analysis/claims.js";
import { stepTo } from "../../analysis/saddle.js";
import type { Runs } from "../../analysis/series.js";
import { windowMean } from "../../analysis/windowMean.js";
import type { Comparison } from "../experiment.js";
import { constant, elsewhere, levelLabel, names } from "./noisePlateauRuns.js";

const [pytorch, inC, earlier] = ["PyTorch 1.13", "an implementation in C", "this package, earlier"];

/** The first step with L below H + part·I. */
const fallsBelow = (label: string, part: number): Quantity => ofRun(label, (run) => stepTo(run, part));
const end = (label: string): Quantity => at(label, "unigramExcess", 2000);
const between = (label: string, from: number, to: number): Quantity =>
  ofRun(label, (run) => windowMean(run, "unigramExcess", from, to));

type Row = [by: string, mean: number, standardDeviation: number, seeds: number];
const compared = (
  quantity: string,
  value: Quantity,
  [by, mean, standardDeviation, seeds]: Row,
): Comparison => ({ quantity, by, mean, standardDeviation, seeds, value });

const crossing = (label: string, part: number, row: Row): Comparison => {
  const level = part === 0 ? "H" : part > 0 ? `H + ${part} I` : `H − ${-part} I`;
  return compared(`step at which L falls below ${level}, ${label}`, fallsBelow(label, part), row);
};
const atEnd = (label: string, row: Row): Comparison =>
  compared(`L − H at step 2000, ${label}`, end(label), row);

const { rate, warmup } = elsewhere;

/**
 * Of V = 1000, with one drawing of the data there and, of the same mutual information, one here. Two such drawings still
 * differ by more than the seeds: of seed 253, with an I of 0.3746 as well, the loss falls below H at step 412 instead of 400
 * (lr 0.003), and there it is 406.
 */
const small: Comparison[] = [
  crossing(rate(0.003), 0.5, [pytorch, 272, 6, 3]),
  crossing(rate(0.003), 0, [pytorch, 406, 3, 3]),
  crossing(rate(0.003), -0.1, [pytorch, 453, 2, 3]),
  atEnd(rate(0.003), [pytorch, -0.263, 0.002, 3]),
  crossing(rate(0.01), 0.5, [pytorch, 98, 2, 3]),
  crossing(rate(0.01), 0, [pytorch, 166, 1, 3]),
  crossing(rate(0.01), -0.1, [pytorch, 199, 2, 3]),
  atEnd(rate(0.01), [pytorch, -0.249, 0.003, 3]),
  crossing(rate(0.03), 0.5, [pytorch, 89, 8, 3]),
  crossing(rate(0.03), 0, [pytorch, 498, 50, 3]),
  crossing(rate(0.03), -0.1, [pytorch, 1010, 110, 3]),
  atEnd(rate(0.03), [pytorch, -0.08, 0.006, 3]),
  crossing(warmup(200), 0.5, [pytorch, 117, 1, 3]),
  crossing(warmup(200), 0, [pytorch, 678, 68, 3]),
  crossing(warmup(200), -0.1, [pytorch, 1120, 52, 3]),
  atEnd(warmup(200), [pytorch, -0.075, 0.007, 3]),
  crossing(warmup(1000), 0.5, [pytorch, 238, 2, 3]),
  crossing(warmup(1000), 0, [inC, 298, 3, 3]),
  crossing(warmup(1000), -0.1, [pytorch, 334, 4, 3]),
  atEnd(warmup(1000), [pytorch, -0.051, 0.007, 3]),
  atEnd(elsewhere.dropped, [pytorch, -0.286, 0.001, 3]),
  atEnd(elsewhere.largeBatch, [pytorch, -0.274, 0.003, 3]),
  { ...atEnd(elsewhere.exact, [pytorch, -0.374, 0, 3]), rounding: 0.0005 },
  atEnd(rate(0.1), [pytorch, 0.688, 0.025, 3]),
  crossing(rate(0.003), 0, [earlier, 406, 5, 3]),
  crossing(rate(0.01), 0, [earlier, 167, 2, 3]),
  crossing(rate(0.03), 0, [earlier, 423, 27, 3]),
  crossing(warmup(200), 0, [earlier, 676, 98, 3]),
  atEnd(rate(0.003), [earlier, -0.2605, 0.001, 3]),
  atEnd(rate(0.01), [earlier, -0.251, 0.002, 3]),
  atEnd(rate(0.03), [earlier, -0.09, 0.005, 3]),
  atEnd(warmup(200), [earlier, -0.087, 0.011, 3]),
  atEnd(elsewhere.weightDecay, [pytorch, -0.064, 0.003, 3]),
  atEnd(elsewhere.coupled, [pytorch, 0.036, 0.011, 3]),
  atEnd(elsewhere.dropped, [inC, -0.286, 0.0006, 3]),
  atEnd(rate(0.003), [inC, -0.2605, 0.0038, 3]),
  compared(
    "L − H, mean of steps 12,000 to 16,000, V 1000, lr 0.03",
    between(elsewhere.long, 12_000, 16_000),
    [inC, -0.122, 0.002, 5],
  ),
];

/** Of V = 300, with one drawing of the data there and one a seed here. */
const histories: Comparison[] = (
  [
    [constant(0.03), -0.1752, 0.0017],
    [names.upFrom(0.003), -0.1746, 0.0015],
    [names.downFrom(0.1), -0.1759, 0.0008],
    [names.exactFirst, -0.175, 0.0009],
    [names.warmup, -0.1757, 0.0006],
    [levelLabel({ rate: 0.1 }), 0.2082, 0.0019],
    [names.upFrom(0.01), 0.2096, 0.0013],
  ] as const
).map(([label, mean, deviation]) =>
  compared(`L − H, mean of steps 15,000 to 20,000, V 300, ${label}`, between(label, 15_000, 20_000), [
    inC,
    mean,
    deviation,
    4,
  ]),
);

/** Of another drawing of the same mutual information, that of seed 253. */
const anotherDrawing = (gives: string): string =>
  `The drawing of the data: another one of the same mutual information gives ${gives}.`;
const reasons = {
  "step at which L falls below H, V 1000, lr 0.003": anotherDrawing("412"),
  "step at which L falls below H − 0.1 I, V 1000, lr 0.003": anotherDrawing("462"),
  "step at which L falls below H + 0.5 I, V 1000, lr 0.03, warmup 200":
    "Not explained: another drawing of the same mutual information gives 122, further from theirs, whose evaluations we do not know.",
  "L − H, mean of steps 12,000 to 16,000, V 1000, lr 0.03": anotherDrawing("−0.124 and −0.120 (two seeds)"),
};

export const noisePlateauComparisons = (_: Runs, quick: boolean): Comparison[] =>
  quick ? [] : explained([...small, ...histories], reasons);
