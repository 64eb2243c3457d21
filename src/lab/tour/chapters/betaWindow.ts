/** β and its window: an exponent that is said to grow with α, and falls with the steps it is read between. */
import { lossDecayExponent } from "../../../index.js";
import type { Chapter } from "../chapter.js";
import { type Drawn, guessAt } from "../guess/axes.js";
import { above, type Finding, inWords, rounded } from "../judge.js";
import { paired, pointOf, runsOf } from "../measure.js";
import type { Arm, SeedRun, Seen } from "../seen.js";

const alphas = [0.5, 1, 2, 4];
const labelOf = (alpha: number): string => `α ${alpha}`;
/** The steps that the post reads β between, and those of a later window, in which only α = 1 runs. */
const early = [300, 2900] as const;
const late = [2900, 10_000] as const;
const seeds = 8;

/** β between two evaluations; NaN where one of them has no logarithm. */
export function beta({ records }: SeedRun, [from, to]: readonly [number, number]): number {
  const both = records.filter(({ step }) => step === from || step === to);
  if (both.length < 2 || !both.every(({ excessLoss }) => Number(excessLoss) > 0)) return Number.NaN;
  return lossDecayExponent(both, { from, to, method: "two-point" }).exponent;
}

const betas = (seen: Seen, alpha: number): number[] =>
  runsOf(seen, labelOf(alpha)).map((run) => beta(run, early));

const grows = (seen: Seen, low: number, high: number): Finding =>
  above({
    claim: `β grows with α: from ${low} to ${high}`,
    whose: "post",
    quantity: `β at α = ${high} minus β at α = ${low}, steps ${early.join(" to ")}, seed by seed`,
    values: paired(seen, labelOf(high), labelOf(low), (one, other) => beta(one, early) - beta(other, early)),
  });

/** What β does from α = 0.5 to 1, as the verdict on the post's claim has it. */
function betweenTold(seen: Seen): string {
  const { verdict } = grows(seen, 0.5, 1);
  const [low, high] = [0.5, 1].map((alpha) => inWords(betas(seen, alpha)));
  const word = { holds: "it does", fails: "it does not", open: "these runs leave it open" }[verdict];
  return `β is said to grow with α. From α = 0.5 to 1 ${word}: ${low} at 0.5, ${high} at 1.`;
}

function guessTold(seen: Seen, drawn: Drawn | undefined): string {
  if (!drawn) return "No guess was drawn.";
  const said = alphas.map((alpha) => rounded(guessAt(betaWindow.guess, drawn, alpha)));
  const [own, seenOnes] = [
    drawn[1] > drawn[0] ? "rises" : drawn[1] < drawn[0] ? "falls" : "stays",
    runsOf(seen, labelOf(1)).length,
  ];
  return `You drew ${said.join(", ")} at α = ${alphas.join(", ")}: your β ${own} from 0.5 to 1. Over ${seenOnes} seeds it is ${alphas
    .map((alpha) => inWords(betas(seen, alpha)))
    .join(", ")}.`;
}

export const betaWindow: Chapter = {
  name: "beta",
  title: "β and its window",
  question:
    "The excess loss, what is left above the entropy, falls about as 1/step^β. Does β grow when rare tokens become rarer?",
  setting:
    "The token of rank r comes as often as 1/r^α. At α = 0.5 the first of the 100 tokens comes ten times as often as the last, at 4 it is nine tokens in ten. The larger β, the faster the loss falls. β is read between steps 300 and 2900, its window, as the post reads it. The runs at α = 1 go on to step 10,000, for a second window.",
  teacher:
    "An exponent is read between two steps: ask for the two before believing it, and what it would be between two others.",
  source:
    "The setting of the post's figure, V = D = 100, rate 0.001; this lab's runs, made here. More on the window: unigram-lab reproduce beta-window.",
  panels: ["excess-loss"],
  fit: early,
  guess: {
    task: "Draw β at each α.",
    shown: "β at each α",
    x: { title: "α", unit: "", log: true, from: 0.4, to: 5, ticks: alphas },
    y: { title: "β", unit: "", log: false, from: 0, to: 1.5, ticks: [0, 0.5, 1, 1.5] },
    at: alphas,
    start: 0.5,
  },
  arms: () =>
    alphas.map(
      (alpha): Arm => ({
        label: labelOf(alpha),
        seeds,
        config: {
          vocabSize: 100,
          embeddingDim: 100,
          distribution: { kind: "zipf", exponent: alpha },
          learningRate: 0.001,
          steps: alpha === 1 ? late[1] : early[1],
          evaluateEvery: 100,
          spectrum: false,
        },
      }),
    ),
  curves: (seen) => [
    {
      label: "measured, ± one standard deviation",
      apart: true,
      points: alphas.flatMap((alpha) => {
        const values = betas(seen, alpha);
        return values.length > 0 && values.every(Number.isFinite) ? [pointOf(alpha, values)] : [];
      }),
    },
  ],
  references: () => [],
  told: (seen, drawn) => `${guessTold(seen, drawn)} ${betweenTold(seen)}`,
  findings: (seen) => [
    grows(seen, 0.5, 1),
    grows(seen, 1, 2),
    grows(seen, 2, 4),
    above({
      claim: "one curve has many β: read later, it is smaller",
      whose: "ours",
      quantity: `β at α = 1 over steps ${early.join(" to ")} minus that over steps ${late.join(" to ")}`,
      values: runsOf(seen, labelOf(1)).map((run) => beta(run, early) - beta(run, late)),
    }),
  ],
};
