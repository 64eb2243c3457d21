/** A norm reaches the entropy: a layernorm of one dimension passes on its bias alone. */
import type { Chapter } from "../chapter.js";
import { above, below } from "../judge.js";
import { atEnd, curveOf, ends, entropyOf, paired, runsOf } from "../measure.js";
import type { Seen } from "../seen.js";
import { endsTold, entropyTold } from "../words.js";

const [without, layernorm] = ["no norm", "layernorm"];
const scalar = {
  vocabSize: 10,
  embeddingDim: 1,
  learningRate: 0.01,
  steps: 3000,
  evaluateAt: { kind: "log" as const, perDecade: 20 },
};

const references = (seen: Seen) =>
  runsOf(seen, layernorm)
    .slice(0, 1)
    .map((run) => ({ label: "entropy", value: entropyOf(run) }));

export const normReachesEntropy: Chapter = {
  name: "norm",
  title: "A norm reaches the entropy",
  question:
    "A layernorm takes the mean away. Of a single number nothing is left then. Does the model still learn?",
  setting:
    "Tied weights and one number for each token again. A layernorm takes the numbers of a token, subtracts their mean, scales what is left and adds a bias, which is learnt. One number minus its mean is 0: only the bias is left, the same for every token.",
  teacher:
    "Tokens do not depend on the one before, so nothing is lost with the input: a constant times the list of scores can be any distribution.",
  source: "The setting of the post, D = 1; this lab's runs, made here.",
  panels: ["excess-loss", "probabilities"],
  guess: {
    task: "Draw the loss of the model with the layernorm.",
    shown: "The loss, with a layernorm and without",
    x: { title: "step", unit: "", log: true, from: 1, to: 3000, ticks: [1, 10, 100, 1000] },
    y: { title: "loss", unit: "nats", log: false, from: 1.8, to: 2.8, ticks: [1.8, 2, 2.2, 2.4, 2.6, 2.8] },
    at: [1, 4, 14, 55, 200, 800, 3000],
    start: 2.4,
  },
  arms: () => [
    { label: layernorm, seeds: 5, config: { ...scalar, norm: "layernorm" } },
    { label: without, seeds: 5, config: scalar },
  ],
  curves: (seen) => [layernorm, without].map((label) => curveOf(seen, label, "loss")),
  references,
  told: (seen, drawn) =>
    `${endsTold(normReachesEntropy.guess, drawn, "the runs with a layernorm", ends(seen, layernorm, "loss"))} ${entropyTold(normReachesEntropy, seen)}`,
  findings: (seen) => [
    below(
      {
        claim: "with a layernorm the best loss is reached at D = 1, as far as the noise of this rate lets it",
        whose: "post",
        quantity: "loss above the entropy at step 3000, layernorm",
        values: ends(seen, layernorm, "excessLoss"),
        unit: "nats",
      },
      0.003,
    ),
    above({
      claim: "without the layernorm tied weights end at a higher loss",
      whose: "ours",
      quantity: "loss at step 3000, no norm minus layernorm, seed by seed",
      values: paired(seen, without, layernorm, (one, other) => atEnd(one, "loss") - atEnd(other, "loss")),
      unit: "nats",
    }),
  ],
};
