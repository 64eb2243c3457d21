import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { Weights } from "../../src/model/parameters.js";
import { weightsHash } from "../../src/model/weightsHash.js";

/** As anybody would compute it: every float's bytes written one after another. */
function byNode(weights: Weights): string {
  const hash = createHash("sha256");
  for (const name of ["embedding", "unembedding", "gain", "bias"] as const) {
    const values = weights[name];
    if (!values) continue;
    hash.update(name, "ascii");
    const bytes = Buffer.alloc(4 * values.length);
    for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 4 * i);
    hash.update(bytes);
  }
  return hash.digest("hex");
}

const numbers = (length: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i) * 10 ** ((i % 80) - 40));

// beyond a piece of what is hashed at a time, and not a whole number of them
const large = numbers(3 * (1 << 15) + 5);
const row = numbers(7);

test("a vector: sha256(b'embedding' + numpy.array([1, -2, 0.5], '<f4').tobytes())", () => {
  expect(weightsHash({ embedding: Float32Array.of(1, -2, 0.5) })).toBe(
    "bcba0586c2660b0d5882203ee6cf4bef8783a5e9126ba6e58fe72a85bbf248f9",
  );
});

test.each<[string, Weights]>([
  ["tied", { embedding: large }],
  ["untied", { embedding: row, unembedding: large }],
  ["rmsnorm", { embedding: row, gain: numbers(3) }],
  ["layernorm", { bias: numbers(3), gain: row, unembedding: row, embedding: large }],
  ["signs, zeros, infinities", { embedding: Float32Array.of(0, -0, Infinity, -Infinity, 1e-45) }],
  ["a part of memory", { embedding: large.subarray(3, 12) }],
])("%s: as node:crypto has it", (_, weights) => {
  expect(weightsHash(weights)).toBe(byNode(weights));
});

test("what differs in a name, a sign or a last bit has another hash", () => {
  const hashes = [
    { embedding: row },
    { embedding: row, unembedding: row },
    { embedding: row, gain: row },
    { embedding: row, bias: row },
    { embedding: Float32Array.of(0) },
    { embedding: Float32Array.of(-0) },
    { embedding: Float32Array.of(1) },
    { embedding: Float32Array.of(1 + 2 ** -23) },
  ].map(weightsHash);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("a NaN is a NaN, whatever bits a machine gives it", () => {
  const nan = (bits: number) => new Float32Array(Uint32Array.of(bits).buffer);
  for (const bits of [0x7fc00000, 0xffc00000, 0x7fc12345])
    expect(weightsHash({ embedding: nan(bits) })).toBe(
      createHash("sha256")
        .update("embedding")
        .update(Buffer.of(0, 0, 0xc0, 0x7f))
        .digest("hex"),
    );
});
