/** To be bundled: one file with everything that it uses. */
import { effectiveDimension, entropy, tokenProbabilities, train } from "unigram-lab";

const records = [];
for await (const record of train({ vocabSize: 20, embeddingDim: 4, steps: 100 })) records.push(record);
const { excessLoss } = records.at(-1);
console.log(records.length, excessLoss < records[0].excessLoss);
console.log(entropy(tokenProbabilities({ kind: "zipf", exponent: 1 }, 10)).toFixed(6));
// eigenvalues 1 and 1/3: exp of the entropy of 3/4 and 1/4
console.log(effectiveDimension([1, 0, 0, 1, 0, 0], 3, 2).effectiveDimension.toFixed(3));
