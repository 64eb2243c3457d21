/** Two ways to stick: a floor of noise, and a saddle. Recorded. */
import type { Chapter } from "../chapter.js";
import { above, below, inWords, overSeeds, rounded, within } from "../judge.js";
import { curveOf, informationOf, paired, runsOf } from "../measure.js";
import plans from "../recorded/plans.json";
import { armsOf, type Recording } from "../recording.js";
import type { SeedRun, Seen } from "../seen.js";
import { endsTold } from "../words.js";

const arms = armsOf(plans.twoWaysToStick);
const [floor, other, saddle, usual] = arms.map(({ label }) => label);

/** Mean of the last quarter of a run: where it rests. */
export function level({ config, records }: SeedRun): number {
  const last = records.filter(({ step }) => step > 0.75 * config.steps);
  return overSeeds(last.map(({ unigramExcess }) => unigramExcess ?? Number.NaN)).mean;
}

/** The step at which a run first falls below H + share·I, on the chord; NaN where it never does. */
function stepTo(run: SeedRun, share: number): number {
  const bound = share * informationOf(run);
  const above = ({ unigramExcess }: SeedRun["records"][number]) => Number(unigramExcess) - bound;
  const i = run.records.findIndex((record) => above(record) < 0);
  if (i < 0) return Number.NaN;
  const after = run.records[i];
  if (i === 0) return after.step;
  const before = run.records[i - 1];
  return before.step + ((after.step - before.step) * above(before)) / (above(before) - above(after));
}

/**
 * S: the steps from H + I/4 to H − I/4 over those from there to H − 3I/4, of a run with a constant rate. NaN where it does not
 * come there, or where the loss rises on the way.
 */
export function pauseRatio(run: SeedRun): number {
  const [from, middle, to] = [0.25, -0.25, -0.75].map((share) => stepTo(run, share));
  const way = run.records.filter(({ step }) => step >= from && step <= to);
  const rises = way.some(({ loss }, i) => i > 0 && Number(loss) > Number(way[i - 1].loss));
  return rises ? Number.NaN : (middle - from) / (to - middle);
}

/** S of a loss that falls to its floor as an exponential does: ln(1.25/0.75)/ln(0.75/0.25). */
export const relaxation = Math.log(1.25 / 0.75) / Math.log(0.75 / 0.25);

const ratios = (seen: Seen, label: string): number[] => runsOf(seen, label).map(pauseRatio);

export const twoWaysToStick: Chapter = {
  name: "stick",
  title: "Two ways to stick",
  question: "A loss stays near the unigram entropy. Is the model stuck there, or is it at rest?",
  setting:
    "Now the next token depends on the one before. A model that knows only how often tokens come has a loss of H, the unigram entropy; below H it uses what it sees. A loss may rest on a floor, where the noise of drawn batches holds it: some runs end at a rate of 0.03, half of them after 5000 steps at 0.003. Or it may pause at a saddle, a place that is nearly flat: others have no noise (exact gradients, rate 0.001) and begin at very small weights, 0.001, or at weights of usual size. Recorded: three seeds of each of the first, eight of each of the others.",
  teacher:
    "Of a floor of noise the level tells, wherever one comes from; of a saddle the time tells, and it depends on where one begins.",
  source:
    "The settings of unigram-lab reproduce noise-plateau and unigram-saddle, V = 300, D = 32, untied, low-rank targets; recorded, each seed with its own drawing of the data.",
  panels: ["loss", "excess-loss"],
  guess: {
    task: "Draw the loss above H at a rate of 0.03.",
    shown: "The loss above H, at a floor and at a saddle",
    x: { title: "step", unit: "", log: true, from: 10, to: 20_000, ticks: [10, 100, 1000, 10_000] },
    y: { title: "loss above H", unit: "nats", log: false, from: -0.6, to: 1.4, ticks: [-0.5, 0, 0.5, 1] },
    at: [10, 35, 125, 450, 1600, 5600, 20_000],
    start: 0.4,
  },
  arms: () => arms,
  recorded: async () => (await import("../recorded/twoWaysToStick.json")).default as unknown as Recording,
  curves: (seen) => [floor, other, saddle, usual].map((label) => curveOf(seen, label, "unigramExcess")),
  references: () => [{ label: "unigram entropy H", value: 0 }],
  told: (seen, drawn) =>
    `${endsTold(twoWaysToStick.guess, drawn, "the runs at a rate of 0.03 from the start, averaged over their last quarter,", runsOf(seen, floor).map(level))} S is the time that the loss spends about H over the time it then takes to fall on: ${inWords(ratios(seen, saddle))} from small weights, ${inWords(ratios(seen, usual))} from weights of usual size, ${rounded(relaxation)} where nothing pauses.`,
  findings: (seen) => [
    within(
      {
        claim:
          "a floor of noise has no memory: at a rate of 0.03 runs come to one level, from the start or after a rate of 0.003",
        whose: "ours",
        quantity:
          "difference of the mean losses of the last quarter, as a part of what the input tells of the next token, seed by seed",
        values: paired(seen, other, floor, (one, two) => (level(one) - level(two)) / informationOf(one)),
      },
      0.01,
    ),
    above(
      {
        claim: "a saddle holds a run up: from small weights the loss pauses at the unigram entropy",
        whose: "ours",
        quantity: `S from small weights; ${rounded(relaxation)} where nothing pauses`,
        values: ratios(seen, saddle),
      },
      relaxation,
    ),
    below(
      {
        claim: "from weights of usual size it does not pause",
        whose: "ours",
        quantity: "S from weights of usual size",
        values: ratios(seen, usual),
      },
      relaxation,
    ),
  ],
};
