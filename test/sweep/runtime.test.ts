/** What the runtime decides travels unopened: from a sweep to its threads, from a page to its worker, from the command line. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config.js";
import { corpusDigest, encodeTokens } from "../../src/corpus/index.js";
import { createTrainer, probabilitiesDigest, train } from "../../src/index.js";
import { type RunResult, runPool, sweep } from "../../src/sweep/index.js";
import { unigramLab, withoutHash } from "../cli/commandLine.js";

const corpus = Uint16Array.from({ length: 5000 }, (_, i) => (i * i + ((i >> 3) % 7)) % 23);
const digest = corpusDigest(corpus);
const base = {
  vocabSize: 23,
  embeddingDim: 4,
  tied: false,
  steps: 20,
  evaluateEvery: 10,
  distribution: { kind: "corpus", digest },
} as const;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});
afterAll(() => rm(directory, { recursive: true }));

const recordsOf = async (config: object, options: object) => {
  const records = [];
  for await (const record of train(config, options)) records.push(record);
  return records;
};
const all = async (runs: AsyncIterable<RunResult>) => {
  const results = [];
  for await (const result of runs) results.push(result);
  return results;
};

describe("a sweep", () => {
  test("hands its corpus to every thread, and gives what one trainer gives", async () => {
    const results = await all(sweep({ base, seeds: 3 }, { threads: 2, corpus }));
    expect(results).toHaveLength(3);
    for (const { config, records } of results) {
      expect(records).toEqual(await recordsOf(config, { corpus }));
      expect(records[2].heldOutLoss).toBeGreaterThan(0);
    }
  });

  test("of several corpora gives each run that of its digest", async () => {
    const other = Uint32Array.from({ length: 3000 }, (_, i) => (i * i * i) % 17);
    const configs = [digest, corpusDigest(other)].flatMap((own) =>
      [0, 1].map((seed) => parseConfig({ ...base, distribution: { kind: "corpus", digest: own }, seed })),
    );
    const results = await all(runPool(configs, { threads: 1, corpus: [corpus, other] }));
    expect(results).toHaveLength(4);
    for (const { config, records } of results) {
      const { distribution } = config;
      const own = distribution.kind === "corpus" && distribution.digest === digest ? corpus : other;
      expect(records).toEqual(await recordsOf(config, { corpus: own }));
    }
    await expect(all(runPool(configs, { corpus: [other] }))).rejects.toThrow(
      `corpus: expected tokens with the digest ${digest}, got ${corpusDigest(other)}`,
    );
    await expect(all(runPool(configs, { corpus: [] }))).rejects.toThrow("got nothing");
  });

  test("of several distributions gives each what it names", async () => {
    const probabilities = [0.5, 0.25, 0.25];
    const configs = [
      base,
      { vocabSize: 3, steps: 5, distribution: { kind: "given", digest: probabilitiesDigest(probabilities) } },
      { vocabSize: 3, steps: 5 },
    ].map((config) => parseConfig(config as object));
    expect(await all(runPool(configs, { corpus, probabilities }))).toHaveLength(3);
  });

  test.each([
    [{}, `corpus: expected the tokens of this config's digest ${digest}, got nothing`],
    [{ corpus: Uint16Array.of(1, 2, 3) }, "corpus: expected tokens with the digest"],
    [{ corpus: [1, 2, 3] as never }, "corpus: expected"],
    [{ memoryLimit: -1 }, "memoryLimit: expected a number of bytes above 0, got -1"],
    [{ backend: "reference" as never }, 'backend: expected one that computes on a device, got "reference"'],
  ])("refuses %j before anything is run or written", async (options, message) => {
    const journal = join(directory, "refused");
    await expect(all(sweep({ base }, { journal, ...options }))).rejects.toThrow(message);
    const written = await readdir(journal).catch(() => []);
    expect(written.filter((name) => name !== "journal.ndjson" && name !== "journal.lock")).toEqual([]);
  });
});

describe("the command line", () => {
  test("--corpus names the distribution, and the vocabulary that its tokens take", async () => {
    const file = join(directory, "tokens.npy");
    await writeFile(file, encodeTokens(Uint32Array.from(corpus)));
    const flags = [
      "--corpus",
      file,
      "--embedding-dim",
      "4",
      "--no-tied",
      "--steps",
      "20",
      "--evaluate-every",
      "10",
    ];
    const trained = await unigramLab(["train", ...flags, "--json"]);
    expect(withoutHash(trained.stderr)).toBe("");
    const lines = trained.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(await recordsOf(base, { corpus }));
    const out = join(directory, "sweep");
    const swept = await unigramLab(["sweep", ...flags, "--seeds", "2", "--out", out]);
    expect(swept.code).toBe(0);
    const journal = (await readFile(join(out, "journal.ndjson"), "utf8")).trim().split("\n");
    expect(journal.map((line) => JSON.parse(line).result.records.at(-1).heldOutLoss)).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
  });

  test("without the tokens it says so in one line, and leaves nothing", async () => {
    const flags = ["--vocab-size", "23", "--distribution", "corpus", "--digest", digest];
    const out = join(directory, "none");
    for (const args of [
      ["train", ...flags],
      ["sweep", ...flags, "--out", out],
    ]) {
      const { code, stderr } = await unigramLab(args);
      expect(stderr).toBe(
        `error: --corpus: expected the tokens of this config's digest ${digest}, got nothing\n`,
      );
      expect(code).toBe(2);
    }
    await expect(readdir(out)).rejects.toThrow();
    const { code, stderr } = await unigramLab(["train", "--corpus", join(directory, "nothing.npy")]);
    expect(stderr).toBe(
      `error: --corpus: expected a .npy file, got ${join(directory, "nothing.npy")} (no such file)\n`,
    );
    expect(code).toBe(2);
  });
});

test("a trainer that goes on from a snapshot takes its corpus again", async () => {
  const { restoreTrainer } = await import("../../src/index.js");
  const trainer = await createTrainer(base, { corpus });
  await trainer.advance(7);
  const bytes = await trainer.snapshot();
  await expect(restoreTrainer(bytes)).rejects.toThrow(
    `corpus: expected the tokens of this config's digest ${digest}`,
  );
  const restored = await restoreTrainer(bytes, { corpus: Uint32Array.from(corpus) });
  await Promise.all([trainer.advance(7), restored.advance(7)]);
  expect(await restored.snapshot()).toEqual(await trainer.snapshot());
});
