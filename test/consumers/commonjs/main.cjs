/** CommonJS: require() of the ES module, on Node 20.19 and newer. */
const { createTrainer, entropy, tokenProbabilities } = require("unigram-lab");

console.log(entropy(tokenProbabilities({ kind: "zipf", exponent: 1 }, 10)).toFixed(6));
createTrainer({ vocabSize: 10, embeddingDim: 2 }).then(async (trainer) => {
  const { step, loss } = await trainer.advance(5);
  console.log(step, Number.isFinite(loss));
  trainer.dispose();
});
