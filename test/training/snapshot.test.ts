import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ConfigError, createTrainer, restoreTrainer } from "../../src/index.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";

const snapshot = async () => {
  const trainer = await createTrainer({ vocabSize: 9, embeddingDim: 4, tied: false, norm: "layernorm" });
  await trainer.advance(5);
  return trainer.snapshot();
};

test("10,000 cut or damaged snapshots are refused, every one", async () => {
  const whole = await snapshot();
  let x = 1;
  const draw = (below: number) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
  for (let i = 0; i < 10_000; i++) {
    const bytes = i % 2 ? whole.slice(0, draw(whole.length)) : whole.slice();
    if (i % 2 === 0) bytes[draw(bytes.length)] ^= 1 << draw(8);
    expect(() => decodeSnapshot(bytes)).toThrow(ConfigError);
  }
});

/** A snapshot with another header and a checksum that is right. */
function forge(whole: Uint8Array, header: string | Uint8Array, headerLength?: number): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const from = 20 + new DataView(whole.buffer).getUint32(16, true);
  const body = whole.subarray(from, whole.length - 32);
  const bytes = new Uint8Array(20 + text.length + body.length + 32);
  bytes.set(whole.subarray(0, 16));
  const view = new DataView(bytes.buffer);
  view.setFloat64(8, bytes.length, true);
  view.setUint32(16, headerLength ?? text.length, true);
  bytes.set(text, 20);
  bytes.set(body, 20 + text.length);
  const end = bytes.length - 32;
  bytes.set(createHash("sha256").update(bytes.subarray(0, end)).digest(), end);
  return bytes;
}

test("a forged header is refused by what it says, before its arrays are allocated", async () => {
  const whole = await snapshot();
  const length = new DataView(whole.buffer).getUint32(16, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(20, 20 + length)));
  const forged = (change: object) => forge(whole, JSON.stringify({ ...header, ...change }));
  // the forger's own hand is right: nothing changed passes
  expect((await restoreTrainer(forged({}))).stepCount).toBe(5);

  const { config } = header;
  for (const [bytes, message] of [
    [forge(whole, "{"), "snapshot: expected a header of JSON"],
    [forge(whole, Uint8Array.of(0xff, 0xfe)), "snapshot: expected a header of JSON"],
    [forge(whole, "[]"), "snapshot: expected a header with config, step and trainLoss"],
    [forge(whole, "null"), "snapshot: expected a header with config, step and trainLoss"],
    [forge(whole, "{}", 2 ** 32 - 1), "snapshot: expected a header within its"],
    [forged({ config: null }), "snapshot: expected a config in its header"],
    [forged({ step: -1 }), "snapshot: step: expected a whole number from 0 to 1000000000, got -1"],
    [forged({ step: 1e15 }), "snapshot: step: expected"],
    [forged({ step: "5" }), 'snapshot: step: expected a whole number from 0 to 1000000000, got "5"'],
    [forged({ trainLoss: {} }), "snapshot: trainLoss: expected a number or null, got {}"],
    [forged({ config: { ...config, vocabSize: 0 } }), "snapshot: vocabSize: expected a whole number"],
    [
      forged({ config: { ...config, vocabSize: 1 << 24, embeddingDim: 65536 } }),
      "for the arrays of its config",
    ],
    [forged({ config: { ...config, embeddingDim: 5 } }), "for the arrays of its config"],
    [forged({ config: { ...config, colour: "red" } }), "snapshot: colour: unknown field"],
  ] as [Uint8Array, string][]) {
    const refusal = expect(restoreTrainer(bytes)).rejects;
    await refusal.toThrow(ConfigError);
    await refusal.toThrow(message);
  }
});
