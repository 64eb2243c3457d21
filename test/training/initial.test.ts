import { expect, test } from "vitest";
import { createTrainer } from "../../src/index.js";

test("the seed that draws the last of 2^53 uniforms gives weights like any other", async () => {
  for (const backend of ["wasm", "reference"] as const) {
    const trainer = await createTrainer(
      { vocabSize: 4, embeddingDim: 4, seed: 8392718022553215 },
      { backend },
    );
    const { embedding } = await trainer.weights();
    expect(embedding.every(Number.isFinite)).toBe(true);
    // its quantile, 8.21 standard deviations of 1/2
    expect(Math.max(...embedding.map(Math.abs))).toBeGreaterThan(4);
    expect((await trainer.advance(5)).step).toBe(5);
    expect((await trainer.evaluate()).loss).toBeGreaterThan(0);
  }
});
