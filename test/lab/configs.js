/** The six that a page has to compute as the command line does: every kind of thing that a config can ask for. */
import { decodeLink, encodeLink } from "../../dist/browser.js";
import { createTrainer, weightsHash } from "../../dist/index.js";

export { decodeLink, encodeLink };

const evaluateAt = { kind: "log", perDecade: 10 };

export const configs = {
  "V 10, D 1, tied": { vocabSize: 10, embeddingDim: 1, steps: 3000, evaluateAt },
  "V = D = 100, rate 0.01": {
    vocabSize: 100,
    embeddingDim: 100,
    learningRate: 0.01,
    steps: 1000,
    evaluateAt,
  },
  "untied, layer norm": {
    vocabSize: 57,
    embeddingDim: 22,
    tied: false,
    norm: "layernorm",
    steps: 500,
    evaluateAt,
  },
  topics: {
    vocabSize: 64,
    embeddingDim: 16,
    targets: { kind: "topics", count: 8, strength: 0.5 },
    steps: 500,
    evaluateAt,
  },
  "low-rank targets, exact gradient": {
    vocabSize: 40,
    embeddingDim: 12,
    tied: false,
    targets: { kind: "low-rank", rank: 3, scale: 1.5 },
    gradient: "exact",
    steps: 300,
    evaluateAt,
  },
  "SGD, a sequence of rates": {
    vocabSize: 50,
    embeddingDim: 8,
    optimizer: { kind: "sgd", momentum: 0.9 },
    learningRate: {
      kind: "sequence",
      parts: [
        [0, 0.1],
        [200, { kind: "cosine", from: 0.05, to: 0, start: 200, end: 500 }],
      ],
    },
    steps: 500,
    evaluateAt,
  },
};

/** In this process: what the page has to come to. */
export async function hashOf(config) {
  const trainer = await createTrainer(config);
  await trainer.advance(config.steps);
  const hash = await weightsHash(await trainer.weights());
  trainer.dispose();
  return hash;
}
