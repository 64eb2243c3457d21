/** The corpora that experiments take, found in a folder by their digests. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findCorpora } from "../../src/cli/corporaFlag.js";
import { corpusDigest, encodeTokens } from "../../src/corpus/index.js";
import { realText } from "../../src/experiments/beyond/realText.js";
import type { Experiment } from "../../src/experiments/experiment.js";
import { unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const [one, two] = [Uint32Array.of(1, 2, 3), Uint32Array.of(3, 2, 1, 0)];
const needing = (...tokens: Uint32Array[]): Experiment => ({
  ...realText,
  name: `of ${tokens.length}`,
  corpora: tokens.map((own) => ({ name: `${own.length} tokens`, digest: corpusDigest(own) })),
});

test("by digest, whatever the files are called and whatever else lies there", async () => {
  const dir = await folder();
  await writeFile(join(dir, "a.npy"), encodeTokens(two));
  await writeFile(join(dir, "b.npy"), encodeTokens(Uint32Array.of(7, 7)));
  await writeFile(join(dir, "c.npy"), "no array");
  await writeFile(join(dir, "one.txt"), encodeTokens(one));
  const { corpora: _, ...plain } = realText;
  const { found, notices } = await findCorpora([plain, needing(two), needing(one, two)], dir);
  expect([...found]).toEqual([[corpusDigest(two), two]]);
  expect(notices).toEqual([
    `of 2: its runs on 3 tokens are skipped, since ${dir} lacks their tokens; examples/fetch-corpora.mjs of this package fetches them`,
  ]);
});

test("a folder that is named is there, the usual one need not be", async () => {
  const dir = join(await folder(), "none");
  await expect(findCorpora([needing(one)], dir)).rejects.toThrow(
    `--corpora: expected a folder, got ${dir} (ENOENT)`,
  );
  const { corpora: _, ...plain } = realText;
  expect(await findCorpora([plain], dir)).toEqual({ found: new Map(), notices: [] });
});

test("without its corpora, and in the quick profile, an experiment is skipped in one line", async () => {
  const dir = await folder();
  await mkdir(join(dir, "corpora"));
  const full = await unigramLab(["reproduce", "real-text"], dir);
  expect(full.code).toBe(0);
  expect(full.stderr.split("\n")[0]).toBe(
    "real-text: its runs on kjv and brown are skipped, since corpora lacks their tokens; examples/fetch-corpora.mjs of this package fetches them",
  );
  const quick = await unigramLab(["reproduce", "real-text", "--quick"], dir);
  expect(quick.code).toBe(0);
  expect(quick.stderr.split("\n")[0]).toBe("real-text: skipped, it has no quick profile");
});
