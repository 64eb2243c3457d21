/** `train --config LINK`: what a page shares, the command line trains again. */
import { expect, test } from "vitest";
import { configHash, type RunConfigInput } from "../../src/config.js";
import { encodeLink } from "../../src/link/codec.js";
import type { LabLink } from "../../src/link/link.js";
import { weightsHash } from "../../src/model/weightsHash.js";
import { createTrainer } from "../../src/training/create.js";
import { unigramLab, withoutHash } from "./commandLine.js";

const small: RunConfigInput = { vocabSize: 10, embeddingDim: 1, steps: 30 };

/** The hash of a run's end, computed here. */
async function hashOf(config: RunConfigInput): Promise<string> {
  const trainer = await createTrainer(config);
  for await (const _ of trainer.run());
  const hash = weightsHash(await trainer.weights());
  trainer.dispose();
  return hash;
}

const train = async (link: LabLink, ...flags: string[]) =>
  unigramLab(["train", "--config", await encodeLink(link, "https://example.org/lab/"), ...flags]);
const other = "0".repeat(64);

test("the run in focus is trained, and its hash is the link's", async () => {
  const hash = await hashOf(small);
  const link: LabLink = {
    runs: [
      { config: { ...small, seed: 7 } },
      { config: small, hashes: [hash] },
      { config: { learningRate: 0.01 } },
    ],
    focus: 1,
    view: { step: 12 },
  };
  const short = await train(link);
  expect(short.stderr).toBe(
    `the link has 3 runs, B in focus is trained (--verbose has the commands of the others)\nfinal weights ${hash.slice(0, 12)} (sha256)\nsame bits ${hash.slice(0, 12)} as the link says\n`,
  );
  const byFlags = await unigramLab(["train", "--vocab-size", "10", "--embedding-dim", "1", "--steps", "30"]);
  expect([short.code, short.stdout]).toEqual([0, byFlags.stdout]);

  const { code, stderr } = await train(link, "--verbose");
  expect(code).toBe(0);
  expect(stderr.split("\n")).toEqual(
    expect.arrayContaining([
      "the link has 3 runs, B in focus is trained",
      "A: unigram-lab train --vocab-size 10 --embedding-dim 1 --steps 30 --seed 7",
      "C: unigram-lab train --learning-rate 0.01",
      `final weights ${hash} (sha256)`,
      `same bits ${hash} as the link says`,
    ]),
  );
});

test("other bits are an error, of one seed as of another", async () => {
  const seeds = [3, 4].map((seed) => ({ ...small, seed }));
  const [third, fourth] = await Promise.all(seeds.map(hashOf));
  const link = { runs: [{ config: seeds[0], seeds: 3, hashes: [other, fourth] }] };
  const sweep =
    "the link has it over 3 seeds: unigram-lab sweep --vocab-size 10 --embedding-dim 1 --steps 30 --vary seed=linear:3:5:3\n";
  const bad = await train(link);
  expect([bad.code, withoutHash(bad.stderr)]).toEqual([
    1,
    `${sweep}error: other bits: the link says 000000000000, this run has ${third.slice(0, 12)}\n`,
  ]);
  const reference = await train(link, "--backend", "reference");
  expect(reference.stderr).toMatch(/^error: other bits: .* \(the reference backend has bits of its own\)$/m);
  const good = await train(link, "--seed", "4", "--json");
  expect([good.code, withoutHash(good.stderr)]).toEqual([
    0,
    `${sweep}same bits ${fourth} as the link says\n`,
  ]);
  const neither = await train(link, "--seed", "5");
  expect([neither.code, withoutHash(neither.stderr)]).toEqual([
    0,
    `${sweep}not compared: the link has no hash of this run\n`,
  ]);
});

test("the sweep that it says has the link's seeds, from any first one on", async () => {
  for (const seed of [0, 3]) {
    const { stderr } = await train({ runs: [{ config: { ...small, seed }, seeds: 3 }] });
    const [, command] = /: unigram-lab (sweep .*)$/m.exec(stderr) as string[];
    const dry = await unigramLab([...command.split(" "), "--dry-run"]);
    for (const i of [0, 1, 2]) expect(dry.stdout).toContain(configHash({ ...small, seed: seed + i }));
  }
});

test("flags over a link imply anew what it does not say", async () => {
  const { stderr } = await train({ runs: [{ config: small }] }, "--embedding-dim", "4", "--verbose");
  expect(stderr).toContain(`run ${configHash({ ...small, embeddingDim: 4 })}: `);
});

test("a fragment alone, and a sweep's base", async () => {
  const fragment = await encodeLink({ runs: [{ config: small }] });
  const trained = await unigramLab(["train", "--config", fragment]);
  expect([trained.code, withoutHash(trained.stderr)]).toEqual([0, ""]);
  const swept = await unigramLab(["sweep", "--config", fragment, "--seeds", "2", "--dry-run"]);
  expect(swept.stdout).toContain(configHash({ ...small, seed: 1 }));
});

test("a config of a digest needs what it names", async () => {
  const digest = "c".repeat(64);
  const { code, stderr } = await train({ runs: [{ config: { distribution: { kind: "corpus", digest } } }] });
  expect([code, stderr]).toEqual([
    2,
    `error: --corpus: expected the tokens of this config's digest ${digest}, got nothing\n`,
  ]);
});

test.each([
  ["https://example.org/lab/", '--config: expected a fragment #v1.…, got "https://example.org/lab/"'],
  ["#v2.AAAA", "--config: expected version 1, the newest that this unigram-lab reads, got version 2"],
  ["#v1.AAAA", '--config: expected a whole link, got a damaged one, "v1.AAAA"'],
])("refuses %s in a line", async (text, message) => {
  expect(await unigramLab(["train", "--config", text])).toEqual({
    code: 2,
    stdout: "",
    stderr: `error: ${message}\n`,
  });
});
