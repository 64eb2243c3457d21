/** Warm-up at a language model's vocabulary, and whether its entropy is the 7.57 that the post says. Recorded. */
import type { Chapter } from "../chapter.js";
import { above, inWords, rounded, within } from "../judge.js";
import { at, atEnd, curveOf, ends, entropyOf, paired, runsOf } from "../measure.js";
import plans from "../recorded/plans.json";
import { armsOf, type Recording } from "../recording.js";
import type { SeedRun, Seen } from "../seen.js";
import { endsTold, entropyTold } from "../words.js";

const arms = armsOf(plans.warmup);
const [atOnce, warmed, small] = arms.map(({ label }) => label);
/** What the post says that the entropy is. */
const said = 7.57;
const early = 25;

const references = (seen: Seen) =>
  runsOf(seen, atOnce)
    .slice(0, 1)
    .map((run) => ({ label: "entropy", value: entropyOf(run) }));

/** Not all of 50,304 inputs are evaluated. */
function estimateTold(seen: Seen): string {
  const errors = ends(seen, atOnce, "standardError");
  return `Losses are estimated from a part of the tokens: at the end, at a rate of 0.03, with a standard error of up to ${rounded(Math.max(...errors))} nats.`;
}

const lowest = ({ records }: SeedRun): number => Math.min(...records.map(({ loss }) => loss ?? Number.NaN));

/** The least loss above the entropy that a run had. */
const least = ({ records }: SeedRun): number =>
  Math.min(...records.map(({ excessLoss }) => excessLoss ?? Number.NaN));

const excess = (seen: Seen, one: string, other: string, step: number): number[] =>
  paired(seen, one, other, (a, b) => at(a, "excessLoss", step) - at(b, "excessLoss", step));

export const warmup: Chapter = {
  name: "warmup",
  title: "Warm-up with 50,304 tokens",
  question:
    "50,304 tokens, as many as a language model has. At a rate of 0.03, does the loss come down to the entropy?",
  setting: `A model that knows nothing has a loss of ln 50,304 = ${Math.log(50304).toFixed(2)} nats; one that knows how often each token comes has the unigram entropy, which the post gives as ${said} nats. The rate is 0.03 at once, or rises to it in 200 steps of warm-up, or is 0.003. All of this takes minutes of computing, so the runs of 1000 steps were recorded before.`,
  teacher:
    "A high loss that stays is not yet a model that has learnt the token frequencies and nothing else: ask what one would have to measure to say so.",
  source: "The setting of this lab's warmup experiment, longer: V = 50304, D = 100, recorded over two seeds.",
  panels: ["loss", "excess-loss"],
  guess: {
    task: "Draw the loss at a rate of 0.03, without warm-up.",
    shown: "The loss, with warm-up and without",
    x: { title: "step", unit: "", log: true, from: 1, to: 1000, ticks: [1, 10, 100, 1000] },
    y: { title: "loss", unit: "nats", log: false, from: 7, to: 12, ticks: [7, 8, 9, 10, 11, 12] },
    at: [1, 3, 10, 32, 100, 316, 1000],
    start: 11,
  },
  arms: () => arms,
  recorded: async () => (await import("../recorded/warmup.json")).default as unknown as Recording,
  curves: (seen) => [atOnce, warmed, small].map((label) => curveOf(seen, label, "loss")),
  references,
  told: (seen, drawn) =>
    `${endsTold(warmup.guess, drawn, "the runs without warm-up", ends(seen, atOnce, "loss"))} Their lowest loss on the way is ${inWords(runsOf(seen, atOnce).map(lowest), "nats")}. ${entropyTold(warmup, seen)} At a rate of 0.003 the loss is ${inWords(ends(seen, small, "loss"), "nats")}. ${estimateTold(seen)}`,
  findings: (seen) => [
    within(
      {
        claim: `the unigram entropy of 50,304 tokens is ${said} nats`,
        whose: "post",
        quantity: `unigram entropy minus ${said}`,
        values: runsOf(seen, atOnce).map((run) => entropyOf(run) - said),
        unit: "nats",
      },
      0.005,
    ),
    above({
      claim: "without warm-up the loss falls faster at first",
      whose: "post",
      quantity: `loss at step ${early}, warm-up minus none, seed by seed`,
      values: excess(seen, warmed, atOnce, early),
      unit: "nats",
    }),
    above({
      claim: "without warm-up the loss is higher later",
      whose: "post",
      quantity: "loss at step 1000, none minus warm-up, seed by seed",
      values: paired(seen, atOnce, warmed, (one, other) => atEnd(one, "loss") - atEnd(other, "loss")),
      unit: "nats",
    }),
    above(
      {
        claim: "in 1000 steps at a rate of 0.03 the loss never comes within 1 nat of the entropy",
        whose: "ours",
        quantity: "least loss above the entropy in 1000 steps, no warm-up",
        values: runsOf(seen, atOnce).map(least),
        unit: "nats",
      },
      1,
    ),
  ],
};
