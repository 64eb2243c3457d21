/** Collapse at four rates. */
import type { Chapter } from "../chapter.js";
import { above, type Finding } from "../judge.js";
import { at, atEnd, curveOf, ends, paired, runsOf } from "../measure.js";
import type { Seen } from "../seen.js";
import { endsTold } from "../words.js";

const [low, middle, high, raised] = [
  "rate 0.001",
  "rate 0.01",
  "rate 0.1",
  "rate 0.001, then 0.01 from step 1500",
];
const model = { vocabSize: 100, embeddingDim: 100, steps: 3000, evaluateEvery: 100 };

const larger = (seen: Seen, one: string, other: string): Finding =>
  above({
    claim: "the larger the rate, the more the embedding collapses",
    whose: "post",
    quantity: `n_eff at step 3000, ${one} minus ${other}, seed by seed`,
    values: paired(
      seen,
      one,
      other,
      (a, b) => atEnd(a, "effectiveDimension") - atEnd(b, "effectiveDimension"),
    ),
  });

const change = (seen: Seen, label: string, from: number, to: number): number[] =>
  runsOf(seen, label).map((run) => at(run, "effectiveDimension", to) - at(run, "effectiveDimension", from));

export const collapse: Chapter = {
  name: "collapse",
  title: "Collapse at four rates",
  question: "An embedding of 100 tokens may use 100 dimensions. How many does it keep at a large rate?",
  setting:
    "n_eff counts the dimensions that the embedding uses: 100 if all spread alike, 1 if tokens lie on a line. It begins at about 60, as random numbers do. Four runs differ in their learning rate alone.",
  teacher:
    "Let them say first whether a collapsed embedding must have a worse loss, and then look at the loss beside it.",
  source: "The setting of the post's figure, V = D = 100; this lab's runs, made here.",
  panels: ["effective-dimension", "spectrum"],
  guess: {
    task: "Draw n_eff at the largest rate, 0.1.",
    x: { title: "step", unit: "", log: false, from: 0, to: 3000, ticks: [0, 1000, 2000, 3000] },
    y: { title: "n_eff", unit: "", log: false, from: 0, to: 100, ticks: [0, 20, 40, 60, 80, 100] },
    at: [0, 500, 1000, 1500, 2000, 2500, 3000],
    start: 60,
  },
  arms: () => [
    { label: low, seeds: 5, config: { ...model, learningRate: 0.001 } },
    { label: middle, seeds: 5, config: { ...model, learningRate: 0.01 } },
    { label: high, seeds: 5, config: { ...model, learningRate: 0.1 } },
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
  curves: (seen) => [low, middle, high, raised].map((label) => curveOf(seen, label, "effectiveDimension")),
  references: () => [],
  told: (seen, drawn) =>
    endsTold(collapse.guess, drawn, "the runs at rate 0.1", ends(seen, high, "effectiveDimension")),
  findings: (seen) => [
    larger(seen, low, middle),
    larger(seen, middle, high),
    above({
      claim: "raising the rate midway collapses it then",
      whose: "post",
      quantity: `fall of n_eff from step 1500 to step 3000, ${raised}`,
      values: change(seen, raised, 3000, 1500),
    }),
    above({
      claim: "at a small rate it falls first and rises again",
      whose: "post",
      quantity: `rise of n_eff from step 400 to step 3000, ${low}`,
      values: change(seen, low, 400, 3000),
    }),
  ],
};
