import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { configHash } from "../../src/config.js";
import { createTrainer } from "../../src/index.js";

/** Compiles whether the runtime has relaxed SIMD: one function with an f32x4.relaxed_madd. */
const hasRelaxed = WebAssembly.validate(
  Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 16, 1, 14, 0],
    ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11],
  ),
);

test("relaxed arithmetic is another run than strict", () => {
  expect(configHash({ arithmetic: "relaxed" })).not.toBe(configHash({}));
});

test.skipIf(hasRelaxed)("without relaxed SIMD it is refused in one line", async () => {
  for (const threads of [1, 2])
    await expect(createTrainer({ vocabSize: 5, arithmetic: "relaxed" }, { threads })).rejects.toThrow(
      'arithmetic: expected "strict", this runtime has no relaxed SIMD, got "relaxed"',
    );
});

const program = `
import { createTrainer } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
const out = {};
for (const [name, arithmetic, threads] of [["strict", "strict", 1], ["relaxed", "relaxed", 1], ["shared", "relaxed", 2]]) {
  const trainer = await createTrainer({ vocabSize: 900, embeddingDim: 30, arithmetic }, { threads });
  await trainer.advance(50);
  out[name] = { loss: (await trainer.evaluate()).loss, weights: Array.from((await trainer.weights()).embedding) };
  trainer.dispose();
}
console.log(JSON.stringify(out));`;

test("where there is relaxed SIMD, the run is close to the strict one, with threads as without", async () => {
  // Node 20 has it behind a flag, later ones do not know the flag
  const flags = hasRelaxed ? [] : ["--experimental-wasm-relaxed-simd"];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, "--input-type=module", "--eval", program],
    { maxBuffer: 1 << 26 },
  );
  const { strict, relaxed, shared } = JSON.parse(stdout);
  expect(shared).toEqual(relaxed);
  expect(Math.abs(relaxed.loss - strict.loss)).toBeLessThan(1e-5);
  const worst = Math.max(...strict.weights.map((x: number, i: number) => Math.abs(x - relaxed.weights[i])));
  expect(worst).toBeLessThan(1e-3);
});
