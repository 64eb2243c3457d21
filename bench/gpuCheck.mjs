/** A GPU against the f64 reference, before anything is timed: few steps at sizes around the tiles of its shaders. */
import { createTrainer } from "../dist/index.js";

const untied = { tied: false, norm: "layernorm" };
const topics = { kind: "topics", count: 7, strength: 0.6 };
const sgd = { kind: "sgd", momentum: 0.9 };

/** `quick` leaves out what takes a GPU in software long. */
const cases = (quick) => [
  [10, { vocabSize: 1, embeddingDim: 1, batchSize: 1 }],
  [10, { vocabSize: 10, embeddingDim: 1, batchSize: 128 }],
  [10, { vocabSize: 33, embeddingDim: 17, batchSize: 40, ...untied }],
  [10, { vocabSize: 65, embeddingDim: 9, batchSize: 130, norm: "rmsnorm", targets: topics }],
  [5, { vocabSize: 70, embeddingDim: 33, gradient: "exact", optimizer: sgd, learningRate: 0.5 }],
  [
    10,
    { vocabSize: 50, embeddingDim: 20, batchSize: 60, ...untied, optimizer: { kind: "adam", coupled: true } },
  ],
  ...(quick
    ? []
    : [
        [200, { vocabSize: 100, embeddingDim: 100 }],
        [20, { vocabSize: 1000, embeddingDim: 100 }],
        [5, { vocabSize: 5003, embeddingDim: 101, batchSize: 128 }],
        [5, { vocabSize: 101, embeddingDim: 3001, batchSize: 128 }],
        [5, { vocabSize: 700, embeddingDim: 30, batchSize: 1500, ...untied }],
      ]),
];

/** ‖a − b‖/‖b‖ of the embedding after so many steps, and the largest relative difference of a loss. */
async function compare(steps, config, backend) {
  const ends = [];
  for (const on of [backend, backend, "reference"]) {
    const trainer = await createTrainer({ ...config, arithmetic: "relaxed", seed: 3 }, { backend: on });
    const { loss } = await trainer.advance(steps);
    ends.push({ loss, evaluation: (await trainer.evaluate()).loss, ...(await trainer.weights()) });
    trainer.dispose();
  }
  const [first, second, reference] = ends;
  let [squares, all] = [0, 0];
  reference.embedding.forEach((x, i) => {
    squares += (first.embedding[i] - x) ** 2;
    all += x * x;
  });
  const relative = (name) => Math.abs(first[name] - reference[name]) / (1 + Math.abs(reference[name]));
  return {
    weights: Math.sqrt(squares / all),
    losses: Math.max(relative("loss"), relative("evaluation")),
    repeats: first.embedding.every((x, i) => x === second.embedding[i]) && first.loss === second.loss,
  };
}

/** An update of Adam is its gradient's sign at first, and so is what rounding makes of a gradient near 0. */
const BOUND = { weights: 1e-5, losses: 1e-5 };

/**
 * @returns what was found, a row each
 * @throws where a bound is passed, or a run does not repeat
 */
export async function checkGpu(backend, { quick = false } = {}) {
  const rows = [];
  for (const [steps, config] of cases(quick)) {
    const row = { steps, config, ...(await compare(steps, config, backend)) };
    rows.push(row);
    if (!(row.repeats && row.weights < BOUND.weights && row.losses < BOUND.losses))
      throw new Error(`the GPU and the reference disagree: ${JSON.stringify(row)}`);
  }
  return rows;
}
