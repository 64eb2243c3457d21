/** The largest learning rate that a run tolerates, by its warmup, its initial weights, its norm and its optimizer. */
import { type ClaimSpecification, minus, type Quantity } from "../../analysis/claims.js";
import type { Runs } from "../../analysis/series.js";
import { decimals } from "../../figures/labels.js";
import { pow } from "../../math/elementary.js";
import { afterwards, type Experiment, type Finding, type Source } from "../experiment.js";
import { told } from "../told.js";
import { scaleFigures } from "./warmupAndScaleFigures.js";
import {
  conditionOf,
  decayStart,
  type Group,
  groupName,
  groupsOf,
  least,
  long,
  margin,
  overScales,
  scaleName,
  settingsOf,
  short,
  steps,
  tolerated,
} from "./warmupAndScaleRuns.js";

const name = "warmup-and-scale";

const kalra: Source = {
  name: "Kalra and Barkeshli 2024",
  citation:
    "D. S. Kalra and M. Barkeshli, “Why Warmup the Learning Rate? Underlying Mechanisms and Improvements”, NeurIPS 2024 (arXiv 2406.09405)",
};

/** Factors of 2 that do not matter: half of a step of Adam's rates. */
const halfStep = 0.25;

/** log₂ of the factor by which a warmup changes the largest rate that is tolerated. */
const gain = (group: Group, scale: number, warmup: number): Quantity =>
  minus(tolerated({ group, scale, warmup }), tolerated({ group, scale, warmup: 0 }));
const meanGain = (group: Group, warmup: number): Quantity =>
  overScales(group, (scale) => gain(group, scale, warmup));

const sizes = ({ scales }: Group): string =>
  scales.length > 1 ? "mean over initial sizes" : scaleName(scales[0]);
const quantities = {
  gain: (group: Group, warmup: number) =>
    `log₂ of the largest rate, warmup ${warmup} minus none, ${groupName(group)}, ${sizes(group)}`,
  bySize: (group: Group, low: number, high: number) =>
    `gain by warmup ${long} in log₂ of the largest rate, ${scaleName(high)} minus ${scaleName(low)}, ${groupName(group)}`,
  change: (group: Group, warmup: number) =>
    `change of log₂ of the largest rate by warmup ${warmup}, ${groupName(group)}, ${sizes(group)}`,
  loss: (group: Group, warmup: number) =>
    `log₂ of the largest rate, none minus warmup ${warmup}, ${groupName(group)}, ${sizes(group)}`,
};

/** What a warmup does to the largest rate of a group, "larger" being the runs with it. */
const change = (group: Group, warmup: number) => ({
  smaller: overScales(group, (scale) => tolerated({ group, scale, warmup: 0 })),
  larger: overScales(group, (scale) => tolerated({ group, scale, warmup })),
});

function claimsOf(group: Group): ClaimSpecification[] {
  const { smaller, larger } = change(group, long);
  const [low, high] = [group.scales[0], group.scales[group.scales.length - 1]];
  return [
    ...[short, long].map(
      (warmup): ClaimSpecification => ({
        claim: "warmup lets a model tolerate larger rates",
        quantity: quantities.gain(group, warmup),
        rule: "order",
        ...change(group, warmup),
      }),
    ),
    {
      claim: "and improves the final performance",
      quantity: `least final excess loss over rates, none minus warmup ${short}, ${groupName(group)}, ${sizes(group)}`,
      rule: "order",
      smaller: overScales(group, (scale) => least({ group, scale, warmup: short })),
      larger: overScales(group, (scale) => least({ group, scale, warmup: 0 })),
    },
    ...(group.optimizer === "Adam"
      ? [
          {
            whose: afterwards,
            claim: "with Adam at β₂ 0.999 a long warmup lowers the largest rate",
            quantity: quantities.loss(group, long),
            rule: "order" as const,
            smaller: larger,
            larger: smaller,
          },
        ]
      : []),
    ...(group.optimizer === "Adam, β₂ 0.95"
      ? [short, long].map(
          (warmup): ClaimSpecification => ({
            whose: afterwards,
            claim: "with Adam at β₂ 0.95 a warmup does not change the largest rate",
            quantity: quantities.change(group, warmup),
            rule: "equivalent",
            value: meanGain(group, warmup),
            margin: halfStep,
            origin: "half of a step between rates",
          }),
        )
      : []),
    ...(low < high
      ? [
          {
            whose: "ours",
            claim: "a warmup gains more the larger the initial weights are",
            quantity: quantities.bySize(group, low, high),
            rule: "order" as const,
            smaller: gain(group, low, long),
            larger: gain(group, high, long),
          },
        ]
      : []),
  ];
}

function findings(runs: Runs, quick: boolean): Finding[] {
  const groups = groupsOf(quick);
  const find = (wanted: string) => groups.find((group) => groupName(group) === wanted);
  const [adam, recent, sgd, normed] = [
    "no norm, Adam",
    "no norm, Adam, β₂ 0.95",
    "no norm, SGD",
    "layernorm, SGD",
  ].map(find);
  if (!adam || !recent || !sgd || !normed) return [];
  const [lowered, kept, raised, raisedMore] = [adam, recent, sgd, normed].map((group) =>
    told(meanGain(group, long), runs, (x) => decimals(pow(2, x), 2)),
  );
  if (!lowered || !kept || !raised || !raisedMore) return [];
  return [
    {
      sentence:
        `A warmup over ${long} of ${steps} steps multiplies the largest rate that SGD tolerates by ${raisedMore} with a layernorm and by ${raised} without a norm, ` +
        `that of Adam without a norm by ${lowered} at β₂ 0.999 and by ${kept} at β₂ 0.95: what Kalra and Barkeshli (2024) say of a warmup is so here with SGD, by little, and not with Adam.`,
      restsOn: [
        quantities.gain(sgd, long),
        quantities.gain(normed, long),
        quantities.loss(adam, long),
        quantities.change(recent, long),
      ],
    },
  ];
}

export const warmupAndScale: Experiment = {
  name,
  part: "beyond",
  title: "Warmup and the largest rate",
  summary:
    `How large a rate may be with warmups of 0 to ${long} steps, from small and from large weights, with and without a norm, for Adam and SGD. V = 100, D = 32, low-rank targets; the rate is held to step ${decayStart} ` +
    `and falls to 0 at step ${steps}, so that its own noise is gone at the end. A rate is tolerated when the run does not diverge and its final loss is within ${margin} nats of the best one over the rates of the same setting. ` +
    "After a first look at three seeds they were made six in all but the two main settings of Adam, and the rates of SGD finer.",
  source: kalra,
  seeds: 6,
  sampledOver: "initialisations, draws and drawings of the data",
  conditions: (quick) =>
    settingsOf(quick).flatMap((setting) => setting.group.rates.map((rate) => conditionOf(setting, rate))),
  claims: (_, quick) => groupsOf(quick).flatMap(claimsOf),
  figures: scaleFigures,
  findings,
};
