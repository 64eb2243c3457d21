/** What is learnt: the distribution of the tokens, down to its entropy. */
import type { Chapter } from "../chapter.js";
import { below } from "../judge.js";
import { curveOf, ends, entropyOf, runsOf } from "../measure.js";
import type { Seen } from "../seen.js";
import { endsTold, entropyTold } from "../words.js";

const label = "V 10, D 10";

const references = (seen: Seen) =>
  runsOf(seen, label)
    .slice(0, 1)
    .map((run) => ({ label: "entropy", value: entropyOf(run) }));

export const whatIsLearnt: Chapter = {
  name: "learnt",
  title: "What is learnt",
  question:
    "Ten tokens, drawn at random: the second comes half as often as the first, the third a third as often. How low can the loss go?",
  setting:
    "A token is a word of a tiny language. The model sees one and says how likely each is to come next. Here the next does not depend on the one before, so the best it can do is to say how often each token comes. The loss, in nats, is how much the next token surprises it: ln 10 = 2.30 where it finds all alike. V is the number of tokens, D that of the numbers which the model keeps for each.",
  teacher:
    "The excess loss is the KL divergence of the prediction from the frequencies: ask why no model gets below the entropy.",
  source: "This lab's runs, made here.",
  panels: ["loss", "probabilities"],
  guess: {
    task: "Draw how the loss falls with the steps.",
    shown: "The loss over the steps",
    x: { title: "step", unit: "", log: true, from: 1, to: 3000, ticks: [1, 10, 100, 1000] },
    y: { title: "loss", unit: "nats", log: false, from: 1, to: 3.5, ticks: [1, 1.5, 2, 2.5, 3, 3.5] },
    at: [1, 4, 14, 55, 200, 800, 3000],
    start: 2.3,
  },
  arms: () => [
    {
      label,
      seeds: 5,
      config: {
        vocabSize: 10,
        embeddingDim: 10,
        learningRate: 0.01,
        steps: 3000,
        evaluateAt: { kind: "log", perDecade: 20 },
      },
    },
  ],
  curves: (seen) => [curveOf(seen, label, "loss")],
  references,
  told: (seen, drawn) =>
    `${endsTold(whatIsLearnt.guess, drawn, "the runs", ends(seen, label, "loss"))} ${entropyTold(whatIsLearnt, seen)}`,
  findings: (seen) => [
    below(
      {
        claim: "the loss comes down to the entropy: what is learnt is how often each token comes",
        whose: "ours",
        quantity: "loss above the entropy at step 3000",
        values: ends(seen, label, "excessLoss"),
        unit: "nats",
      },
      0.02,
    ),
  ],
};
