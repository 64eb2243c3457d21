/** Collapse at four rates. */
import type { Chapter } from "../chapter.js";
import { above, type Finding, inWords } from "../judge.js";
import { at, atEnd, curveOf, ends, paired, runsOf } from "../measure.js";
import type { Seen } from "../seen.js";
import { endsTold } from "../words.js";

const rates = [0.001, 0.01, 0.03, 0.1];
const labelOf = (rate: number): string => `rate ${rate}`;
const raised = "rate 0.001, then 0.01 from step 1500";
const model = { vocabSize: 100, embeddingDim: 100, steps: 3000, evaluateEvery: 100 };

/** From one rate to the next: it does not go on to the largest. */
const larger = (seen: Seen, low: number, high: number): Finding =>
  above({
    claim: `the larger the rate, the more the embedding collapses: from ${low} to ${high}`,
    whose: "post",
    quantity: `n_eff at step 3000, ${labelOf(low)} minus ${labelOf(high)}, seed by seed`,
    values: paired(
      seen,
      labelOf(low),
      labelOf(high),
      (a, b) => atEnd(a, "effectiveDimension") - atEnd(b, "effectiveDimension"),
    ),
  });

/** "n_eff ends at 46.2 ± 0.8 at rate 0.001, …" */
const allTold = (seen: Seen): string =>
  `n_eff ends at ${rates.map((rate) => `${inWords(ends(seen, labelOf(rate), "effectiveDimension"))} at rate ${rate}`).join(", ")}.`;

const change = (seen: Seen, label: string, from: number, to: number): number[] =>
  runsOf(seen, label).map((run) => at(run, "effectiveDimension", to) - at(run, "effectiveDimension", from));

export const collapse: Chapter = {
  name: "collapse",
  title: "Collapse at four rates",
  question: "An embedding of 100 tokens may use 100 dimensions. How many does it keep at a large rate?",
  setting:
    "n_eff counts the dimensions that the embedding uses: 100 if all spread alike, 1 if tokens lie on a line. It begins at about 60, as random numbers do. The learning rate is how far the model goes at each step. Four rates are kept to the end; in a fifth run the rate is raised midway.",
  teacher:
    "Let them say first whether a collapsed embedding must have a worse loss, and then look at the loss beside it.",
  source:
    "The setting of the post's figure, V = D = 100, with a rate of 0.03 beside its 0.001, 0.01 and 0.1; this lab's runs, made here.",
  panels: ["effective-dimension", "spectrum", "excess-loss"],
  guess: {
    task: "Draw n_eff at the largest rate, 0.1.",
    shown: "n_eff at each rate",
    x: { title: "step", unit: "", log: false, from: 0, to: 3000, ticks: [0, 1000, 2000, 3000] },
    y: { title: "n_eff", unit: "", log: false, from: 0, to: 100, ticks: [0, 20, 40, 60, 80, 100] },
    at: [0, 500, 1000, 1500, 2000, 2500, 3000],
    start: 60,
  },
  arms: () => [
    ...rates.map((rate) => ({ label: labelOf(rate), seeds: 5, config: { ...model, learningRate: rate } })),
    {
      label: raised,
      seeds: 5,
      config: {
        ...model,
        learningRate: {
          kind: "piecewise-linear",
          points: [
            [1500, 0.001],
            [1500, 0.01],
          ],
        },
      },
    },
  ],
  curves: (seen) =>
    [...rates.map(labelOf), raised].map((label) => curveOf(seen, label, "effectiveDimension")),
  references: () => [],
  told: (seen, drawn) =>
    `${endsTold(collapse.guess, drawn, "the runs at rate 0.1", ends(seen, labelOf(0.1), "effectiveDimension"))} ${allTold(seen)}`,
  findings: (seen) => [
    ...rates.slice(1).map((rate, i) => larger(seen, rates[i], rate)),
    above({
      claim: "raising the rate midway collapses the embedding then",
      whose: "post",
      quantity: `fall of n_eff from step 1500 to step 3000, ${raised}`,
      values: change(seen, raised, 3000, 1500),
    }),
    above({
      claim: "at a small rate n_eff falls first and rises again",
      whose: "post",
      quantity: `rise of n_eff from step 400 to step 3000, ${labelOf(rates[0])}`,
      values: change(seen, labelOf(rates[0]), 400, 3000),
    }),
  ],
};
