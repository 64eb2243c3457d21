/** CommonJS: require() of the ES module, on Node 20.19 and newer. */
const { createTrainer, entropy, tokenProbabilities } = require("unigram-lab");
const { writeReport } = require("unigram-lab/report");
const { sweep } = require("unigram-lab/sweep");

console.log(entropy(tokenProbabilities({ kind: "zipf", exponent: 1 }, 10)).toFixed(6));
console.log(typeof writeReport, typeof sweep);
createTrainer({ vocabSize: 10, embeddingDim: 2 }).then(async (trainer) => {
  const { step, loss } = await trainer.advance(5);
  console.log(step, Number.isFinite(loss));
  trainer.dispose();
});
