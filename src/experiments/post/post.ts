/**
 * The figures of the post: Ziming Liu, 'Unigram toy model is surprisingly rich', 2026-01-08.
 * Values were read off its plots, about ±1 for an effective dimension and ±0.01 for a loss; exponents are printed in it.
 */
import type { Curve } from "../../figures/panel.js";
import type { Source } from "../experiment.js";

export const post: Source = {
  name: "post",
  citation: "Ziming Liu, 'Unigram toy model is surprisingly rich', 2026-01-08",
};

/** What a curve has at a step, or null. */
export const statedAt = (curve: Curve | undefined, step: number): number | null =>
  curve?.find(([s]) => s === step)?.[1] ?? null;

/** How finely the post can be read. */
export const readingError = { loss: 0.01, effectiveDimension: 1, exponent: 0.005, entropy: 0.005 };

/**
 * The least deviation that would make a number of the post wrong, where its single seed is noisier than it can be read: a tenth
 * of the dimension that a run starts with, half of the least difference of β that it makes a point of, and a quarter of the
 * losses that its plot of decayed runs spans.
 */
export const matters = { loss: 0.05, effectiveDimension: 6, exponent: 0.1 };

export const embeddingPost = {
  tied: {
    loss: [
      [0, 2.62],
      [100, 2.243],
      [200, 2.133],
      [300, 2.08],
      [400, 2.05],
      [500, 2.035],
      [3000, 2.0],
    ],
    embedding: [2.72, 2.42, 2.235, 2.16, 2.055, 1.985, 1.905, 1.81, 1.76, 1.765],
  },
  untied: {
    loss: [
      [0, 2.415],
      [100, 2.115],
      [200, 2.01],
      [300, 1.996],
      [3000, 1.995],
    ],
  },
} satisfies Record<string, { loss: Curve; embedding?: readonly number[] }>;

export const collapsePost = {
  "lr 0.001": [
    [0, 60],
    [100, 52],
    [200, 39],
    [300, 36.3],
    [400, 36],
    [500, 37.5],
    [1000, 42],
    [1500, 44],
    [2000, 45.7],
    [3000, 46.8],
  ],
  "lr 0.01": [
    [0, 60],
    [100, 37],
    [200, 35.8],
    [300, 33.3],
    [400, 31.5],
    [500, 32.5],
    [1000, 29],
    [1500, 26.3],
    [2000, 25.8],
    [3000, 23],
  ],
  "lr 0.1": [
    [0, 60],
    [100, 25],
    [200, 24.4],
    [300, 25],
    [400, 23],
    [500, 23.5],
    [1000, 22.4],
    [1500, 23],
    [2000, 21.8],
    [3000, 22.5],
  ],
  "lr 0.001 → 0.01 at 1500": [
    [1500, 44],
    [1600, 38],
    [1700, 35.7],
    [2000, 32.3],
    [2500, 27.4],
    [3000, 25],
  ],
} satisfies Record<string, Curve>;

/** β of each panel and the two steps it was read between. */
export const scalingPost = [
  { vocabSize: 100, exponent: 1, beta: 0.79, from: 300, to: 2900 },
  { vocabSize: 1000, exponent: 1, beta: 0.64, from: 700, to: 2900 },
  { vocabSize: 10000, exponent: 1, beta: 0.36, from: 700, to: 2900 },
  { vocabSize: 100, exponent: 0.5, beta: 0.8, from: 300, to: 2900 },
  { vocabSize: 100, exponent: 2, beta: 0.85, from: 300, to: 2900 },
  { vocabSize: 100, exponent: 4, beta: 1.06, from: 300, to: 2900 },
];

/** Loss at step 3000. */
export const decayPost = [
  { embeddingDim: 1, constant: 3.72, decayed: 3.72 },
  { embeddingDim: 10, constant: 3.712, decayed: 3.703 },
  { embeddingDim: 100, constant: 3.745, decayed: 3.705 },
  { embeddingDim: 1000, constant: 3.77, decayed: 3.713 },
  { embeddingDim: 10000, constant: 3.88, decayed: 3.71 },
];

export const warmupPost = { vocabSize: 50304, entropy: 7.57 };
