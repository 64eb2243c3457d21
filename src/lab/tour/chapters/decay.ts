/** Decay: the reader draws the schedule, and a run whose noise is switched off shows what decay removes. */
import { learningRateAt, type Schedule, type ScheduleInput } from "../../../index.js";
import type { Chapter, Curve, Guess } from "../chapter.js";
import type { Drawn } from "../guess/axes.js";
import { above, inWords, overSeeds, rounded } from "../judge.js";
import { atEnd, ends, entropyOf, paired, runsOf } from "../measure.js";
import type { Arm, Seen } from "../seen.js";

const [yours, constant, decayed] = ["your schedule", "constant", "decay over the last 1000 steps"];
const noiseOff = "constant, exact gradients in the last 1000 steps";
const steps = 3000;
const turn = 2000;
const rate = 0.01;
const model = { vocabSize: 100, embeddingDim: 100, steps, evaluateEvery: 100, spectrum: false };
const decay: Schedule = {
  kind: "piecewise-linear",
  points: [
    [turn, rate],
    [steps, rate / 10],
  ],
};

const guess: Guess = {
  called: yours,
  task: "Draw the learning rate so that the last loss is as low as can be.",
  shown: "The learning rates that were run",
  x: { title: "step", unit: "", log: false, from: 0, to: steps, ticks: [0, 1000, 2000, 3000] },
  y: {
    title: "learning rate",
    unit: "",
    log: true,
    from: 1e-4,
    to: 0.1,
    ticks: [0.0001, 0.001, 0.01, 0.1],
  },
  at: [0, 500, 1000, 1500, 2000, 2500, 3000],
  start: rate,
};

/** What was drawn, as the schedule of a config. */
export const scheduleOf = (drawn: Drawn): ScheduleInput => ({
  kind: "piecewise-linear",
  points: guess.at.map((step, i): [number, number] => [step, drawn[i]]),
});

function scheduleCurve(label: string, schedule: Schedule): Curve {
  const at = Array.from({ length: 61 }, (_, i) => (steps * i) / 60);
  return {
    label,
    points: at.map((x) => {
      const mean = learningRateAt(schedule, x);
      return { x, mean, low: mean, high: mean };
    }),
  };
}

/** By how much the decay lowers the last loss, seed by seed. */
const benefit = (seen: Seen, before: string, after: string): number[] =>
  paired(seen, before, after, (one, other) => atEnd(one, "loss") - atEnd(other, "loss"));

function schedulesTold(seen: Seen, drawn: Drawn | undefined): string {
  const known = `A constant rate of ${rate} ends at ${inWords(ends(seen, constant, "loss"), "nats")}, its decay at ${inWords(ends(seen, decayed, "loss"), "nats")}`;
  const [run] = runsOf(seen, constant);
  const floor = run ? `; the entropy is ${entropyOf(run).toFixed(4)} nats` : "";
  if (!drawn) return `No schedule was drawn. ${known}${floor}.`;
  const own = ends(seen, yours, "loss");
  if (own.some((loss) => !Number.isFinite(loss))) return `Your schedule diverged. ${known}${floor}.`;
  const share = (label: string) =>
    1 - overSeeds(ends(seen, label, "excessLoss")).mean / overSeeds(ends(seen, constant, "excessLoss")).mean;
  const [mine, its] = [share(yours), share(decayed)].map((x) => rounded(100 * x, 1));
  return `Your schedule ends at ${inWords(own, "nats")}. ${known}${floor}. Of what the constant rate leaves above the entropy yours removes ${mine} %, the decay ${its} %.`;
}

export const decayDrawn: Chapter = {
  name: "decay",
  title: "Decay: draw the schedule",
  question: "Three thousand steps, and the rate is yours at each. Where should it end?",
  setting:
    "The learning rate is how far the model goes at each step. Your schedule runs beside a constant rate and beside one that decays to a tenth over the last 1000 steps. In another the rate stays and the noise goes: in its last 1000 steps the model learns from the true frequencies of all tokens (exact gradients) instead of from a few that are drawn.",
  teacher:
    "If only small steps could learn what is left, switching the noise off at a large rate would not help: let them say what the run with exact gradients should do.",
  source:
    "The setting of the post, V = D = 100, rate 0.01; this lab's runs, made here. With other D and rates: unigram-lab reproduce decay-explained.",
  panels: ["excess-loss"],
  guess,
  arms(drawn) {
    const arm = (label: string, learningRate: ScheduleInput, more: Arm["config"] = {}): Arm => ({
      label,
      seeds: 5,
      config: { ...model, learningRate, ...more },
    });
    return [
      ...(drawn ? [arm(yours, scheduleOf(drawn))] : []),
      arm(constant, rate),
      arm(decayed, decay),
      arm(noiseOff, rate, { interventions: [{ step: turn, kind: "gradient", gradient: "exact" }] }),
    ];
  },
  curves: () => [scheduleCurve(constant, rate), scheduleCurve(decayed, decay)],
  references: () => [],
  told: schedulesTold,
  findings: (seen) => [
    above({
      claim: "a decay of the learning rate lowers the final loss",
      whose: "post",
      quantity: `loss at step ${steps}, constant minus decayed, seed by seed`,
      values: benefit(seen, constant, decayed),
      unit: "nats",
    }),
    above({
      claim:
        "what it removes is noise: with the noise off and the rate as it was, the loss falls at least as far",
      whose: "ours",
      quantity: `loss at step ${steps}, decayed minus exact gradients, seed by seed`,
      values: benefit(seen, decayed, noiseOff),
      unit: "nats",
    }),
  ],
};
