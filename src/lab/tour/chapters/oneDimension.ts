/** One dimension, tied and untied. */
import type { Chapter } from "../chapter.js";
import { above, below } from "../judge.js";
import { atEnd, curveOf, ends, entropyOf, paired, runsOf } from "../measure.js";
import type { Seen } from "../seen.js";
import { endsTold, entropyTold } from "../words.js";

const [tied, untied] = ["tied", "untied"];
const scalar = {
  vocabSize: 10,
  embeddingDim: 1,
  learningRate: 0.01,
  steps: 3000,
  evaluateAt: { kind: "log" as const, perDecade: 20 },
};

const references = (seen: Seen) =>
  runsOf(seen, tied)
    .slice(0, 1)
    .map((run) => ({ label: "entropy", value: entropyOf(run) }));

export const oneDimension: Chapter = {
  name: "oneDimension",
  title: "One dimension",
  question: "Each token is now a single number. How far down does the loss come?",
  setting:
    "How likely a token is to come next grows with its score, the product of two numbers: one of the token before, one of the token itself. Tied: both come from one list. Untied: from a list each. The entropy is the lowest loss that there can be.",
  teacher:
    "With one list, the number that makes a token likely also sets how every token behind it is scored; the list can only move away from 0 as a whole, and the gap closes as it does.",
  source: "The setting of the post's figure, D = 1; this lab's runs, made here.",
  panels: ["excess-loss", "embedding"],
  guess: {
    task: "Draw the loss of the tied weights.",
    shown: "The loss, tied and untied",
    x: { title: "step", unit: "", log: true, from: 1, to: 3000, ticks: [1, 10, 100, 1000] },
    y: { title: "loss", unit: "nats", log: false, from: 1.8, to: 2.8, ticks: [1.8, 2, 2.2, 2.4, 2.6, 2.8] },
    at: [1, 4, 14, 55, 200, 800, 3000],
    start: 2.4,
  },
  arms: () => [
    { label: tied, seeds: 5, config: scalar },
    { label: untied, seeds: 5, config: { ...scalar, tied: false } },
  ],
  curves: (seen) => [tied, untied].map((label) => curveOf(seen, label, "loss")),
  references,
  told: (seen, drawn) =>
    `${endsTold(oneDimension.guess, drawn, "the tied runs", ends(seen, tied, "loss"))} ${entropyTold(oneDimension, seen)}`,
  findings: (seen) => [
    below(
      {
        claim: "at D = 1 untied weights come close to the best loss, the entropy",
        whose: "post",
        quantity: "loss above the entropy at step 3000, untied",
        values: ends(seen, untied, "excessLoss"),
        unit: "nats",
      },
      0.003,
    ),
    above({
      claim: "tied weights end at a higher loss than untied ones",
      whose: "post",
      quantity: "loss at step 3000, tied minus untied, seed by seed",
      values: paired(seen, tied, untied, (one, other) => atEnd(one, "loss") - atEnd(other, "loss")),
      unit: "nats",
    }),
  ],
};
