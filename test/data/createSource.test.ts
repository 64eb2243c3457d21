import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSource, type SourceOptions } from "../../src/data/createSource.js";
import { PURPOSE, streamKey } from "../../src/data/random.js";
import { aliasTable, drawBatch } from "../../src/data/sampling.js";
import {
  ConfigError,
  canonicalConfig,
  configHash,
  corpusDigest,
  parseConfig,
  probabilitiesDigest,
  type RunConfigInput,
  tokenProbabilities,
  tokenSource,
} from "../../src/index.js";

const tokens = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 10);
const values = [0.4, 0.3, 0.2, 0.1];
const corpus = { kind: "corpus" as const, digest: corpusDigest(tokens) };
const given = { kind: "given" as const, digest: probabilitiesDigest(values) };
const other = "0".repeat(64);
const key = streamKey(3, PURPOSE.batch, 7);

describe("the source that a config means", () => {
  test("independent: the bits that runs have drawn ever since", async () => {
    const p = tokenProbabilities({ kind: "zipf", exponent: 1.2 }, 100);
    const source = await tokenSource({ distribution: { kind: "zipf", exponent: 1.2 } });
    expect(source.draw(key, 500)).toEqual(drawBatch(aliasTable(p), 3, 7, 500));
    expect(source.probabilities).toEqual(p);
    expect(source).toMatchObject({ conditional: false, bytes: 0, conditionalEntropy: source.entropy });
    expect(source.pairs).toBeUndefined();
  });

  test("topics", async () => {
    const source = await tokenSource({
      vocabSize: 1000,
      targets: { kind: "topics", count: 16, strength: 0.3 },
    });
    expect((source.entropy - source.conditionalEntropy).toFixed(4)).toBe("0.3364");
  });

  test("low-rank", async () => {
    const source = await tokenSource({ targets: { kind: "low-rank", rank: 4 } });
    expect(source.bytes).toBe(12 * 100 * 100);
    expect(source.conditionalEntropy).toBeLessThan(source.entropy);
  });

  test("corpus", async () => {
    const source = await tokenSource({ vocabSize: 10, distribution: corpus }, { corpus: tokens });
    expect(source.pairs?.training.total).toBe(899);
    expect(source.pairs?.heldOut.total).toBe(99);
  });

  test("given by digest is given by list, in any kind of list", async () => {
    const byList = await tokenSource({
      vocabSize: 4,
      distribution: { kind: "given", probabilities: values },
    });
    for (const probabilities of [values, Float64Array.from(values)]) {
      const source = await tokenSource({ vocabSize: 4, distribution: given }, { probabilities });
      expect(source.probabilities).toEqual(byList.probabilities);
      expect(source.draw(key, 100)).toEqual(byList.draw(key, 100));
    }
    const targets = { kind: "topics", count: 2, strength: 1 } as const;
    const conditional = await tokenSource(
      { vocabSize: 4, distribution: given, targets },
      { probabilities: values },
    );
    expect(conditional.conditional).toBe(true);
  });
});

describe("digests", () => {
  test("of tokens: SHA-256 of 32-bit little-endian numbers, whatever the array's width", () => {
    // longer than a piece, and no multiple of one
    const long = Uint32Array.from({ length: 100_003 }, (_, i) => (i * 2654435761) >>> 0);
    for (const list of [long, Uint32Array.of(1, 2, 3), new Uint32Array(0)]) {
      const bytes = Buffer.alloc(4 * list.length);
      list.forEach((token, i) => {
        bytes.writeUInt32LE(token, 4 * i);
      });
      expect(corpusDigest(list)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
    const shared = new Uint16Array(new SharedArrayBuffer(2000));
    shared.set(tokens);
    for (const same of [Uint16Array.from(tokens), Uint32Array.from(tokens), Buffer.from(tokens), shared])
      expect(corpusDigest(same)).toBe(corpus.digest);
  });

  test("of probabilities: SHA-256 of 64-bit little-endian floats", () => {
    const bytes = Buffer.alloc(32);
    values.forEach((value, i) => {
      bytes.writeDoubleLE(value, 8 * i);
    });
    expect(given.digest).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(probabilitiesDigest(Float64Array.from(values))).toBe(given.digest);
  });

  test.each<[unknown, string]>([
    [undefined, "undefined"],
    [[1, 2], "[1,2]"],
    ["text", '"text"'],
    [Float32Array.of(1), "Float32Array of 4 bytes"],
    [Int32Array.of(1), "Int32Array of 4 bytes"],
  ])("of a corpus that is %s there is none", (value, shown) => {
    expect(() => corpusDigest(value as Uint8Array)).toThrow(
      new ConfigError(`corpus: expected a Uint8Array, Uint16Array or Uint32Array of tokens, got ${shown}`),
    );
  });

  test.each<[unknown, string]>([
    [undefined, "undefined"],
    [Float32Array.of(1), "Float32Array of 4 bytes"],
    [[0.5, "0.5"], '[0.5,"0.5"]'],
  ])("of probabilities that are %s there is none", (value, shown) => {
    expect(() => probabilitiesDigest(value as number[])).toThrow(
      new ConfigError(`probabilities: expected a Float64Array or a list of numbers, got ${shown}`),
    );
  });

  test("an array is hashed once; one that changed is known by its new digest", async () => {
    const mine = tokens.slice();
    const config = (digest: string) => ({ vocabSize: 10, distribution: { kind: "corpus" as const, digest } });
    await tokenSource(config(corpus.digest), { corpus: mine });
    mine[0] = 9;
    // not looked at again
    await tokenSource(config(corpus.digest), { corpus: mine });
    const changed = corpusDigest(mine);
    expect(changed).not.toBe(corpus.digest);
    await tokenSource(config(changed), { corpus: mine });
    await expect(tokenSource(config(corpus.digest), { corpus: mine })).rejects.toThrow(`got ${changed}`);
  });
});

describe("what is handed in must be what the config names", () => {
  const V4 = { vocabSize: 4 };
  test.each<[RunConfigInput, SourceOptions | object, string]>([
    [
      { distribution: corpus },
      {},
      `corpus: expected the tokens of this config's digest ${corpus.digest}, got nothing`,
    ],
    [
      { distribution: { ...corpus, digest: other } },
      { corpus: tokens },
      `corpus: expected tokens with the digest ${other}, got ${corpus.digest}`,
    ],
    [
      { distribution: corpus },
      { corpus: [...tokens] },
      "corpus: expected a Uint8Array, Uint16Array or Uint32Array of tokens, got [0,1,4,9,6,5,6,9,4,1,0,1,4,9,6,5,6,9,4,1,0,1,4,9,6,5,6,9,...",
    ],
    [
      {},
      { corpus: tokens },
      "corpus: expected nothing, since distribution is no corpus, got Uint8Array of 1000 bytes",
    ],
    [
      { vocabSize: 9, distribution: corpus },
      { corpus: tokens },
      "corpus: expected tokens below 9 (vocabSize), got 9 at position 3",
    ],
    [
      { ...V4, distribution: given },
      {},
      `probabilities: expected the probabilities of this config's digest ${given.digest}, got nothing`,
    ],
    [
      { ...V4, distribution: given },
      { probabilities: [1, 0, 0, 0] },
      `probabilities: expected probabilities with the digest ${given.digest}, got ${probabilitiesDigest([1, 0, 0, 0])}`,
    ],
    [
      { ...V4, distribution: { kind: "given", probabilities: values } },
      { probabilities: values },
      "probabilities: expected nothing, since distribution has no digest of them, got [0.4,0.3,0.2,0.1]",
    ],
    [
      { distribution: corpus },
      { corpus: tokens, probabilities: values },
      "probabilities: expected nothing, since distribution has no digest of them, got [0.4,0.3,0.2,0.1]",
    ],
    [
      { distribution: given },
      { probabilities: values },
      "probabilities: expected 100 values (vocabSize), got 4",
    ],
    [{}, { tokens }, "tokens: unknown option, expected one of corpus, probabilities"],
  ])("%j", async (config, options, message) => {
    await expect(tokenSource(config, options as SourceOptions)).rejects.toThrow(new ConfigError(message));
  });

  test.each<[number[], string]>([
    [[0.5, 0.5, 0.5, -0.5], "probabilities.3: expected a number of at least 0, got -0.5"],
    [[0.5, Number.NaN, 0.5, 0], "probabilities.1: expected a number of at least 0, got NaN"],
    [
      [0.5, 0.25, 0.125, 0],
      "probabilities: expected probabilities that sum to 1 within 1e-6, got a sum of 0.875",
    ],
  ])("the list %j", async (probabilities, message) => {
    const distribution = { kind: "given" as const, digest: probabilitiesDigest(probabilities) };
    await expect(tokenSource({ vocabSize: 4, distribution }, { probabilities })).rejects.toThrow(
      new ConfigError(message),
    );
  });

  test("what is wrong before anything is loaded is thrown at once", () => {
    expect(() => createSource(parseConfig({ distribution: corpus }))).toThrow(ConfigError);
  });
});

describe("configs", () => {
  test("a corpus holds out a tenth when left out, and has no targets: they are its own", () => {
    const complete = parseConfig({ vocabSize: 10, distribution: corpus });
    expect(complete.distribution).toEqual({ ...corpus, heldOut: 0.1 });
    expect("targets" in complete).toBe(false);
    expect(parseConfig(complete)).toEqual(complete);
    expect(canonicalConfig(complete)).not.toContain("targets");
    expect(configHash(complete)).not.toBe(
      configHash({ ...complete, distribution: { ...corpus, heldOut: 0 } }),
    );
  });

  test("a list goes into the name of a run, as before, or its digest does", () => {
    const canonical = canonicalConfig({ vocabSize: 4, distribution: given });
    expect(canonical).toContain(`"distribution":{"digest":"${given.digest}","kind":"given"}`);
    expect(
      canonicalConfig({ vocabSize: 4, distribution: { kind: "given", probabilities: values } }),
    ).toContain('"distribution":{"kind":"given","probabilities":[0.4,0.3,0.2,0.1]}');
  });

  test.each<[object, string]>([
    [
      { distribution: corpus, targets: { kind: "independent" } },
      'targets: expected nothing beside a corpus, got {"kind":"independent"}',
    ],
    [
      { distribution: corpus, targets: { kind: "topics", count: 2, strength: 1 } },
      'targets: expected nothing beside a corpus, got {"kind":"topics","count":2,"strength":1}',
    ],
    [{ distribution: { kind: "corpus" } }, "distribution.digest: missing"],
    [
      { distribution: { kind: "corpus", digest: "abc" } },
      'distribution.digest: expected a SHA-256 in 64 hexadecimal digits, lower case, got "abc"',
    ],
    [
      { distribution: { kind: "given", digest: 5 } },
      "distribution.digest: expected a SHA-256 in 64 hexadecimal digits, lower case, got 5",
    ],
    [
      { distribution: { ...corpus, heldOut: 1 } },
      "distribution.heldOut: expected a number from 0 to below 1, got 1",
    ],
    [{ distribution: { ...corpus, heldout: 0 } }, "distribution.heldout: unknown field"],
    [
      { distribution: { kind: "given" } },
      'distribution: expected either probabilities or their digest, got {"kind":"given"}',
    ],
    [
      { vocabSize: 4, distribution: { kind: "given", digest: "0".repeat(64), probabilities: values } },
      `distribution: expected either probabilities or their digest, got {"kind":"given","probabilities":[0.4,0.3,0.2,0.1],"digest...`,
    ],
    [
      { targets: { kind: "topics", count: 101, strength: 1 } },
      "targets.count: expected at most 100 (vocabSize), got 101",
    ],
    [
      { targets: { kind: "topics", count: 2, strength: 1.5 } },
      "targets.strength: expected a number from 0 to 1, got 1.5",
    ],
    [{ targets: { kind: "low-rank", rank: 0 } }, "targets.rank: expected a whole number from 1 to 64, got 0"],
    [{ targets: { kind: "low-rank", rank: 8, scale: 0 } }, "targets.scale: expected a number above 0, got 0"],
    [
      { targets: { kind: "low-rank", rank: 8, seed: -1 } },
      "targets.seed: expected a whole number from 0 to 9007199254740991, got -1",
    ],
    [
      { vocabSize: 5000, targets: { kind: "low-rank", rank: 8 } },
      "vocabSize: expected at most 4096 with low-rank targets, got 5000",
    ],
    [
      { targets: { kind: "bigram" } },
      'targets.kind: expected { kind: "independent" }, { kind: "topics", count, strength } or { kind: "low-rank", rank, scale, seed }, got "bigram"',
    ],
  ])("%j is refused", (config, message) => {
    expect(() => parseConfig(config as RunConfigInput)).toThrow(new ConfigError(message));
  });

  test("tokenProbabilities takes what holds its own probabilities", () => {
    expect(() => tokenProbabilities(given, 4)).toThrow(
      /^distribution: expected one that is not named by a digest, got {"kind":"given"/,
    );
    expect(() => tokenProbabilities(corpus, 10)).toThrow(ConfigError);
  });
});
