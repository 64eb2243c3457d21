import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { ConfigError, createTrainer, restoreTrainer, type TrainingRecord, train } from "../../src/index.js";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
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
      "snapshot: arrays.0.shape: expected [16777216, 65536], got [9,4]",
    ],
    [
      forged({
        config: { ...config, vocabSize: 1 << 24, embeddingDim: 65536 },
        arrays: header.arrays.map(({ name, shape }: { name: string; shape: number[] }) => ({
          name,
          shape: shape.length === 2 ? [1 << 24, 65536] : [65536],
        })),
      }),
      "for the arrays of its config",
    ],
    [forged({ config: { ...config, colour: "red" } }), "snapshot: colour: unknown field"],
    [forged({ recorded: 5 }), "snapshot: recorded: expected null or { step, diverged } up to step 5, got 5"],
    [forged({ recorded: { step: 6, diverged: false } }), "snapshot: recorded: expected null or"],
    [
      forged({ scalars: { beta1Power: 0.5 } }),
      "snapshot: scalars: expected beta1Power and beta2Power from 0 to 1",
    ],
    [forged({ scalars: { beta1Power: 0.5, beta2Power: 2 } }), "snapshot: scalars: expected"],
    [forged({ arrays: header.arrays.slice(1) }), "snapshot: arrays: expected embedding as well"],
    [forged({ arrays: [...header.arrays, header.arrays[0]] }), "snapshot: arrays.12: expected one of , got"],
    [forged({ arrays: [{ name: "toString" }] }), "snapshot: arrays.0: expected one of embedding"],
    [forged({ records: {} }), "snapshot: records: expected a list, got {}"],
    [
      forged({ records: [{ step: 5 }, { step: 5 }] }),
      "snapshot: records.1: expected a record of a later step",
    ],
    [forged({ records: [null] }), "snapshot: records.0: expected a record"],
    [forged({ recorded: { step: 5, diverged: "no" } }), "snapshot: recorded: expected null or"],
    [forged({ arrays: "all" }), 'snapshot: arrays: expected a list of { name, shape }, got "all"'],
    [forged({ arrays: header.arrays.slice(2) }), "snapshot: arrays: expected embedding, unembedding as well"],
    [forged({ scalars: { beta1Power: "0.5", beta2Power: 0.5 } }), "snapshot: scalars: expected"],
    [forged({ scalars: { beta1Power: -0.5, beta2Power: 0.5 } }), "snapshot: scalars: expected"],
    [forged({ config: "red" }), "snapshot: expected a config in its header"],
    [
      forge(
        whole,
        new Uint8Array(
          new TextEncoder().encode(JSON.stringify(header)).map((byte) => (byte === 0x64 ? 0xff : byte)),
        ),
      ),
      "snapshot: expected a header of JSON",
    ],
  ] as [Uint8Array, string][]) {
    const refusal = expect(restoreTrainer(bytes)).rejects;
    await refusal.toThrow(ConfigError);
    await refusal.toThrow(message);
  }
});

test("the first bytes say what is wrong with another file, and with another version", async () => {
  const whole = await snapshot();
  const other = (at: number, value: number) => {
    const bytes = whole.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    return bytes;
  };
  for (const [bytes, message] of [
    [other(0, 0x04034b50), "snapshot: expected the bytes of a unigram-lab snapshot, got something else"],
    [other(4, 0), "snapshot: expected version 1 to 2, got version 0"],
    [other(4, 3), "snapshot: expected version 1 to 2, got version 3"],
    [whole.slice(0, 51), "snapshot: expected at least 52 bytes, got 51"],
    [whole.slice(0, 52), `snapshot: expected ${whole.length} bytes, got 52`],
  ] as const)
    await expect(restoreTrainer(bytes)).rejects.toThrow(message);
});

test("arrays are found by their names, wherever they stand", async () => {
  const whole = await snapshot();
  const decoded = decodeSnapshot(whole);
  const length = new DataView(whole.buffer).getUint32(16, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(20, 20 + length)));
  // the first two change places, header and data alike
  const size = 4 * 9 * 4;
  const swapped = whole.slice();
  swapped.copyWithin(20 + length, 20 + length + size, 20 + length + 2 * size);
  swapped.set(whole.subarray(20 + length, 20 + length + size), 20 + length + size);
  const [first, second, ...rest] = header.arrays;
  expect([first.name, second.name]).toEqual(["embedding", "unembedding"]);
  const bytes = forge(swapped, JSON.stringify({ ...header, arrays: [second, first, ...rest] }));
  expect(decodeSnapshot(bytes)).toEqual(decoded);
});

test("a snapshot stands after a record: a restored run neither repeats nor skips one", async () => {
  const config = { vocabSize: 12, embeddingDim: 3, steps: 60, evaluateEvery: 20, learningRate: 0.01 };
  const whole: TrainingRecord[] = [];
  for await (const record of train(config)) whole.push(record);
  expect(whole.map(({ step }) => step)).toEqual([0, 20, 40, 60]);

  // after each record, and just before it
  for (const stop of [0, 1, 2, 3]) {
    const trainer = await createTrainer(config);
    const records: TrainingRecord[] = [];
    for await (const record of trainer.run()) {
      records.push(record);
      if (records.length > stop) break;
    }
    const restored = await restoreTrainer(await trainer.snapshot({ records }));
    expect(restored.earlierRecords).toEqual(records);
    for await (const record of restored.run()) records.push(record);
    expect(records).toEqual(whole);
  }
  for (const steps of [7, 20, 59, 60]) {
    const trainer = await createTrainer(config);
    const records: TrainingRecord[] = [];
    const stop = new AbortController();
    const onProgress = (done: number) => {
      if (done === steps) stop.abort();
    };
    try {
      // a slice ends at every multiple of 20 at the latest
      for await (const record of trainer.run({ signal: stop.signal, onProgress })) records.push(record);
    } catch (error) {
      expect(error).toBe(stop.signal.reason);
    }
    if (steps % 20 === 0) expect(records.at(-1)?.step).toBe(steps - 20);
    const restored = await restoreTrainer(await trainer.snapshot({ records }));
    for await (const record of restored.run()) records.push(record);
    expect(records).toEqual(whole);
  }
});

test("a run that diverged has nothing to add when it is restored", async () => {
  const trainer = await createTrainer({
    vocabSize: 5,
    embeddingDim: 2,
    init: { kind: "normal", std: 1e25 },
    steps: 10,
  });
  const records = [];
  for await (const record of trainer.run()) records.push(record);
  expect(records.at(-1)?.diverged).toBe(true);
  const restored = await restoreTrainer(await trainer.snapshot());
  for await (const record of restored.run()) records.push(record);
  expect(records.filter(({ diverged }) => diverged)).toHaveLength(1);
});

describe("version 1, of version 0.1 of this package, is read for good", () => {
  const read = async (name: string) =>
    new Uint8Array(await readFile(new URL(`../fixtures/version-0.1/${name}.snapshot`, import.meta.url)));

  test.each([
    ["tied", 17, [20, 30, 40]],
    ["untied-layernorm", 20, [30, 40]],
    ["step-0", 0, [0, 5, 10, 15, 20]],
  ])("%s", async (name, step, steps) => {
    const bytes = await read(name);
    expect(bytes[4]).toBe(1);
    const old = await restoreTrainer(bytes);
    expect(old.stepCount).toBe(step);
    expect(old.earlierRecords).toBeUndefined();
    const again = await restoreTrainer(await old.snapshot());
    const records: TrainingRecord[][] = [[], []];
    for (const [i, trainer] of [old, again].entries())
      for await (const r of trainer.run()) records[i].push(r);
    expect(records[0].map((record) => record.step)).toEqual(steps);
    expect(records[1]).toEqual(records[0]);
    expect(await again.snapshot()).toEqual(await old.snapshot());
  });

  test("its running products are what a run of as many steps has", async () => {
    const trainer = await createTrainer({ vocabSize: 9, embeddingDim: 4, steps: 40, evaluateEvery: 10 });
    await trainer.advance(17);
    const { scalars } = decodeSnapshot(await trainer.snapshot()).state;
    expect(decodeSnapshot(await read("tied")).state.scalars).toEqual(scalars);
    expect(scalars.beta1Power).toBeCloseTo(0.9 ** 17, 12);
  });
});

test("a snapshot says its bits revision, and goes on whichever it is", async () => {
  const whole = await snapshot();
  expect(decodeSnapshot(whole).bitsRevision).toBe(bitsRevision);
  const first = await readFile(new URL("../fixtures/version-0.1/tied.snapshot", import.meta.url));
  expect(decodeSnapshot(Uint8Array.from(first)).bitsRevision).toBe(1);
  const length = new DataView(whole.buffer).getUint32(16, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(20, 20 + length)));
  const revised = (revision: unknown) => forge(whole, JSON.stringify({ ...header, bitsRevision: revision }));
  expect(decodeSnapshot(revised(undefined)).bitsRevision).toBe(2);
  expect(decodeSnapshot(revised(7)).bitsRevision).toBe(7);
  const [ours, later] = [await restoreTrainer(whole), await restoreTrainer(revised(7))];
  expect(await later.snapshot()).toEqual(await ours.snapshot());
  for (const wrong of [1, 2.5, "2", null])
    await expect(restoreTrainer(revised(wrong))).rejects.toThrow(
      `snapshot: bitsRevision: expected a whole number of at least 2, got ${JSON.stringify(wrong)}`,
    );
});

test("a restore far along is no matter of the steps before", async () => {
  const whole = await snapshot();
  const length = new DataView(whole.buffer).getUint32(16, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(20, 20 + length)));
  const far = forge(
    whole,
    JSON.stringify({ ...header, step: 1e9, scalars: { beta1Power: 0, beta2Power: 0 } }),
  );
  const trainer = await restoreTrainer(far);
  expect(trainer.stepCount).toBe(1e9);
  await expect(trainer.step()).rejects.toThrow(
    "steps: expected at most 1000000000 in all, got 1 more at step 1000000000",
  );
  // version 1 does not hold the products: formed until they no longer change
  const old = await readFile(new URL("../fixtures/version-0.1/tied.snapshot", import.meta.url));
  const oldLength = old.readUInt32LE(16);
  const oldHeader = JSON.parse(old.subarray(20, 20 + oldLength).toString());
  const { state } = decodeSnapshot(forge(Uint8Array.from(old), JSON.stringify({ ...oldHeader, step: 1e9 })));
  expect(state.scalars.beta1Power).toBeLessThan(1e-300);
  expect(state.scalars.beta2Power).toBeLessThan(1e-300);
});

test("steps may be raised or lowered, not below what is done", async () => {
  const whole = await snapshot();
  expect((await restoreTrainer(whole, { steps: 5 })).config.steps).toBe(5);
  expect((await restoreTrainer(whole, { steps: 9000 })).config.steps).toBe(9000);
  await expect(restoreTrainer(whole, { steps: 4 })).rejects.toThrow(
    "steps: expected at least 5, the steps done, got 4",
  );
});

test.each([
  [0.02, 0.5],
  // its slope, cut anew at the snapshot's step, would have other last bits
  [
    {
      kind: "piecewise-linear",
      points: [
        [0, 0],
        [70, 0.1],
      ],
    },
    { kind: "cosine", from: 0.1, to: 0, end: 90 },
  ],
] as const)(
  "another learning rate from a snapshot on is a run of its own, from step 0 too",
  async (first, then) => {
    const config = { vocabSize: 12, embeddingDim: 3, steps: 60, evaluateEvery: 20 };
    const trainer = await createTrainer({ ...config, learningRate: structuredClone(first) as never });
    await trainer.advance(37);
    const learningRate = structuredClone(then) as never;
    const changed = await restoreTrainer(await trainer.snapshot(), { steps: 100, learningRate });
    expect(changed.config.learningRate).toMatchObject({
      kind: "sequence",
      parts: [
        [0, first],
        [37, then],
      ],
    });
    const whole = await createTrainer(changed.config);
    for (const each of [changed, whole]) await each.advance(100 - each.stepCount);
    expect(await changed.snapshot()).toEqual(await whole.snapshot());
    await expect(restoreTrainer(await trainer.snapshot(), { learningRate: -1 })).rejects.toThrow(
      "learningRate: expected a number of at least 0",
    );
    for (const each of [trainer, changed, whole]) each.dispose();
  },
);
