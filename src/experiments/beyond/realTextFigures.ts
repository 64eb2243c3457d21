/** What is drawn of the runs on real text. */
import { valuesOf } from "../../analysis/claims.js";
import { curves, type Runs, type SeriesRow } from "../../analysis/series.js";
import { mean, standardDeviation } from "../../analysis/statistics.js";
import { type Figure, plotSize, type Spec } from "../../figures/figure.js";
import { forest } from "../../figures/forest.js";
import { panel } from "../../figures/panel.js";
import { brown, type CountedCorpus, heldOut, kjv } from "./corpora.js";
import {
  arms,
  batches,
  behind,
  every,
  held,
  kjvLabel,
  labelOf,
  labelsOf,
  totalSteps,
} from "./realTextRuns.js";

const name = "real-text";
const { entropy, conditionalEntropy } = brown.statistics;
const unigram = "unigram entropy of unseen text";
const unigramSolution = "unigram solution: 0";

/** Entropies of both texts; facts of counting, shown beside runs. */
function entropiesFigure(): Figure {
  const rows = [kjv, brown].flatMap(({ title, statistics }) =>
    (
      [
        ["H(b), plug-in", statistics.entropy.plugIn],
        ["H(b), held-out", statistics.entropy.heldOut],
        ["H(b|a), plug-in", statistics.conditionalEntropy.plugIn],
        ["H(b|a), Miller–Madow", statistics.conditionalEntropy.millerMadow],
        ["H(b|a), held-out Kneser–Ney", statistics.conditionalEntropy.heldOut],
      ] as const
    ).map(([label, value]) => ({
      group: title,
      label,
      series: "entropy",
      mean: Number(value),
      interval: null,
    })),
  );
  const spec = forest({ rows, series: ["entropy"], x: "entropy (nats)", margin: 0, width: 300 }) as Spec;
  const counted = ({ title, statistics }: CountedCorpus): string =>
    `${title}: ${statistics.tokens} tokens of ${statistics.types} types, Zipf exponent ${statistics.zipfExponent?.toFixed(2)}`;
  return {
    name: `${name}-entropies`,
    caption: `Entropies of GPT-2 tokens in nats, of a token and of one behind a given one. Counting pairs promises too low a loss: the last ${100 * heldOut} % of the text, under a model of the rest, cost more. ${counted(kjv)}; ${counted(brown)}.`,
    panels: [spec],
  };
}

/** The runs without a norm, a panel each. */
const plain = [
  ...batches.map((batchSize) => ({
    corpus: brown,
    batchSize,
    labels: Object.values(labelsOf(batchSize)),
  })),
  { corpus: kjv, batchSize: batches[0], labels: [kjvLabel] },
];
const rateNames = ["lr 0.01", "lr 0.03", "lr 0.03, warmup 200"];
const rateOf = (label: string): string => label.slice(0, label.lastIndexOf(", "));

function ratesFigure(runs: Runs): Figure[] {
  const panels = plain.flatMap(({ corpus, batchSize, labels }): Spec[] => {
    const rows = curves(labels, runs, "heldOutLoss");
    if (rows.length === 0) return [];
    const value = Number(corpus.statistics.entropy.heldOut);
    const [seeds] = labels.flatMap((label) => runs.get(label)?.length ?? []);
    return [
      panel({
        title: {
          text: `${corpus.title}, B = ${batchSize}`,
          subtitle: `unigram entropy ${value.toFixed(2)}; ${seeds} ${seeds === 1 ? "seed" : "seeds"}`,
        },
        rows: rows.map((row) => ({ ...row, condition: rateOf(row.condition) })),
        conditions: rateNames,
        rules: [{ label: unigram, value }],
        y: "held-out loss (nats)",
        ...plotSize.three,
        xDomain: [0, totalSteps],
        xTicks: 4,
        yDomain: [5, 11],
      }),
    ];
  });
  const caption = `Loss of unseen pairs at V = 50304, D = 32, without a norm, evaluated every ${every} steps: mean over seeds and a band of one standard deviation.`;
  return panels.length > 0 ? [{ name, caption, panels: panels, columns: 3 }] : [];
}

/** By how much the arms are behind the one that was never high, from the first evaluation behind the drop on. */
function behindRows(runs: Runs): SeriesRow[] {
  const steps: number[] = [];
  for (let step = held.hold + every; step <= totalSteps; step += every) steps.push(step);
  return arms
    .filter((arm) => arm !== "never high")
    .flatMap((arm) =>
      steps.flatMap((step): SeriesRow[] => {
        const values = valuesOf(behind(arm, "never high", step), runs);
        if (values.length === 0) return [];
        const [centre, spread] = [mean(values), standardDeviation(values)];
        return [{ condition: arm, step, mean: centre, low: centre - spread, high: centre + spread }];
      }),
    );
}

function armsFigure(runs: Runs): Figure[] {
  const labels = arms.map(labelOf);
  const armOf = new Map(arms.map((arm) => [labelOf(arm), arm]));
  const rows = (observable: "heldOutLoss" | "capturedInformation") =>
    curves(labels, runs, observable).map((row) => ({ ...row, condition: String(armOf.get(row.condition)) }));
  if (rows("heldOutLoss").length === 0) return [];
  const common = {
    conditions: [...arms],
    references: [unigram, unigramSolution],
    ...plotSize.three,
    xDomain: [0, totalSteps] as [number, number],
    xTicks: 4,
  };
  const caption = `A rate of ${held.peak} held to step ${held.hold} and then dropped to ${held.low}, under a layernorm, on the Brown corpus at V = 50304: without a warmup, after one of ${held.warmup} steps, rescaled at the drop, and a rate of ${held.low} all along. Mean over seeds and a band of one standard deviation; the part is one of the ${(Number(entropy.heldOut) - Number(conditionalEntropy.heldOut)).toFixed(2)} nats by which the token before lowers the entropy of unseen text.`;
  return [
    {
      name: `${name}-arms`,
      caption,
      panels: [
        panel({
          ...common,
          title: { text: "Loss", subtitle: "of unseen pairs" },
          rows: rows("heldOutLoss"),
          rules: [{ label: unigram, value: Number(entropy.heldOut) }],
          y: "held-out loss (nats)",
          yDomain: [6.8, 9],
        }),
        panel({
          ...common,
          title: { text: "Behind the run never high", subtitle: "part of the held-out information" },
          rows: behindRows(runs),
          y: "lag (part of the information)",
          xDomain: [held.hold + every, totalSteps],
          yDomain: [0, 0.5],
        }),
        panel({
          ...common,
          title: { text: "Captured information", subtitle: "of the training pairs" },
          rows: rows("capturedInformation"),
          rules: [{ label: unigramSolution, value: 0 }],
          y: "captured information (nats)",
          yDomain: [-1, 1],
        }),
      ],
      columns: 3,
    },
  ];
}

export const realTextFigures = (runs: Runs): Figure[] =>
  [...runs.values()].flat().length > 0 ? [entropiesFigure(), ...ratesFigure(runs), ...armsFigure(runs)] : [];
