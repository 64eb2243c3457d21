import { describe, expect, test } from "vitest";
import { reference } from "../../src/backend/reference/backend.js";
import { wasm } from "../../src/backend/wasm/backend.js";
import { createSource, type SourceOptions } from "../../src/data/createSource.js";
import { PURPOSE, streamKey } from "../../src/data/random.js";
import { corpusDigest, parseConfig, type RunConfigInput } from "../../src/index.js";

const tokens = Uint8Array.from({ length: 5000 }, (_, i) => (i * i + 3 * (i >> 4)) % 50);
/** Topics 1 and 4 of 5 have no probability at all. */
const withZeros = [0.2, 0, 0.1, 0.05, 0, 0, 0, 0.3, 0.25, 0, 0.1];

describe.each([wasm, reference])("the $name backend draws the source's pairs", (kind) => {
  test.each<[RunConfigInput, SourceOptions]>([
    [{ vocabSize: 1000 }, {}],
    [{ vocabSize: 1000, targets: { kind: "topics", count: 16, strength: 0.3 } }, {}],
    [{ vocabSize: 1003, targets: { kind: "topics", count: 17, strength: 1 } }, {}],
    [{ vocabSize: 50304, targets: { kind: "topics", count: 50304, strength: 0.5 } }, {}],
    [{ vocabSize: 100, targets: { kind: "topics", count: 1, strength: 0.5 } }, {}],
    [
      {
        vocabSize: 11,
        distribution: { kind: "given", probabilities: withZeros },
        targets: { kind: "topics", count: 5, strength: 0.6 },
      },
      {},
    ],
    [{ vocabSize: 300, targets: { kind: "low-rank", rank: 8, scale: 2, seed: 3 } }, {}],
    [
      {
        vocabSize: 11,
        distribution: { kind: "given", probabilities: withZeros },
        targets: { kind: "low-rank", rank: 2 },
      },
      {},
    ],
    [{ vocabSize: 50, distribution: { kind: "corpus", digest: corpusDigest(tokens) } }, { corpus: tokens }],
  ])("%j", async (input, options) => {
    const config = parseConfig({
      embeddingDim: 4,
      seed: 12,
      evaluation: { kind: "sampled", size: 3000 },
      ...input,
    });
    const source = await createSource(config, options);
    const backend = await kind.create(config, { source, threads: 1, maxThreads: 1, vectorBits: 128 });
    const purpose = PURPOSE.sampledEvaluation;
    expect(await backend.draw(purpose, 3000)).toEqual(source.draw(streamKey(12, purpose, 0), 3000));
    backend.dispose();
  });
});
