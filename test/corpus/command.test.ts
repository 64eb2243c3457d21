/** The built `unigram-lab corpus`. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, test } from "vitest";
import { corpusDigest, corpusStatistics, decodeTokens, tokenize } from "../../src/corpus/index.js";
import { kindOf } from "../../src/disk/kind.js";
import { cli, unigramLab } from "../cli/commandLine.js";

let dir = "";
const corpus = (...args: string[]) => unigramLab(["corpus", ...args], dir);
const read = (name: string) => readFile(join(dir, name));
const write = (name: string, content: string | Uint8Array) => writeFile(join(dir, name), content);
const verse = "In the beginning God created the heaven and the earth.\n";
const noe = "And the earth was without form, and void; and darkness was upon the face of the deep.\n";

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  await write("verse.txt", verse);
  await write("noe.txt", noe);
});

test("tokens, what is said of them, and the words that they stand for", async () => {
  const { code, stdout, stderr } = await corpus(
    "verse.txt",
    "--tokenizer",
    "whitespace",
    "--held-out",
    "0.3",
  );
  expect(code).toBe(0);
  const tokens = decodeTokens(await read("tokens.npy"));
  expect([...tokens]).toEqual([1, 0, 2, 3, 4, 0, 5, 6, 0, 7]);
  const said = JSON.parse(await readFile(join(dir, "tokens.json"), "utf8"));
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  expect(said).toEqual({
    generator: `unigram-lab ${version}`,
    tokenizer: "whitespace",
    vocabSize: 8,
    digest: corpusDigest(tokens),
    ...corpusStatistics(tokens, { heldOut: 0.3, vocabSize: 8 }),
    vocabulary: ["the", "In", "beginning", "God", "created", "heaven", "and", "earth."],
  });
  expect(stderr).toBe(`tokens.npy and tokens.json: digest ${said.digest}\n`);
  expect(stdout.split("\n").map((line) => line.replace(/ {2,}/g, " | "))).toEqual([
    "tokens | 10",
    "types | 8 of a vocabulary of 8",
    `pair types | ${said.pairTypes}`,
    expect.stringMatching(/^Zipf exponent \| 0\.\d{4} \| maximum likelihood/),
    `entropy H(b) | ${said.entropy.plugIn.toFixed(4)} | plug-in`,
    expect.stringMatching(/^ \| \d\.\d{4} \| held-out: the last 30 % under the unigram model of the rest$/),
    expect.stringMatching(/^conditional entropy H\(b\|a\) \| \d\.\d{4} \| plug-in$/),
    expect.stringMatching(/^ \| \d\.\d{4} \| Miller-Madow$/),
    expect.stringMatching(
      /^ \| \d\.\d{4} \| held-out: the last 30 % under the Kneser-Ney model of the rest$/,
    ),
    expect.stringMatching(/too low, by 0\.6 to 1\.7 nats on a million words or GPT-2 tokens/),
    "",
  ]);
});

test("--json prints one line, the same as the file but for the vocabulary", async () => {
  const { stdout } = await corpus("verse.txt", "--tokenizer", "whitespace", "--json", "--out", "a/b.npy");
  const { vocabulary, ...rest } = JSON.parse(await readFile(join(dir, "a/b.json"), "utf8"));
  expect(stdout).toBe(`${JSON.stringify(rest)}\n`);
  expect(vocabulary).toHaveLength(8);
});

test("several texts, one of them from standard input, one after another", async () => {
  const args = ["corpus", "verse.txt", "-", "noe.txt", "--tokenizer", "gpt2", "--out", "all.npy"];
  const child = spawn(process.execPath, [cli, ...args], { cwd: dir });
  // a character cut in two, and more than a pipe holds
  const rest = `${"nothing but words ".repeat(20_000)}é`;
  const bytes = Buffer.from(rest);
  child.stdin.write(bytes.subarray(0, -1));
  setTimeout(() => child.stdin.end(bytes.subarray(-1)), 100);
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
  const parts = [];
  for (const text of [verse, rest, noe]) parts.push(...(await tokenize(text, { tokenizer: "gpt2" })).tokens);
  expect(decodeTokens(await read("all.npy"))).toEqual(Uint32Array.from(parts));
});

test("bytes need not be text", async () => {
  await write("kernel", Uint8Array.of(0xff, 0, 0xff, 0xc3));
  expect((await corpus("kernel", "--tokenizer", "bytes")).code).toBe(0);
  expect([...decodeTokens(await read("tokens.npy"))]).toEqual([255, 0, 255, 195]);
});

describe("whose the files are", () => {
  const args = ["verse.txt", "--tokenizer", "whitespace"];

  test("its own are replaced, and known by their content", async () => {
    await corpus(...args);
    expect([await kindOf(join(dir, "tokens.npy")), await kindOf(join(dir, "tokens.json"))]).toEqual([
      "corpus",
      "corpus",
    ]);
    const before = await read("tokens.npy");
    expect((await corpus("noe.txt", ...args)).code).toBe(0);
    expect(await read("tokens.npy")).not.toEqual(before);
    expect((await readdir(dir)).sort()).toEqual(["noe.txt", "tokens.json", "tokens.npy", "verse.txt"]);
  });

  test.each([
    ["tokens.npy", "\x93NUMPY, my notes on it"],
    ["tokens.npy", "\x93NUM"],
    ["tokens.json", '{"generator": "another-lab 1.0", "tokenizer": "bpe", "digest": ""}'],
    ["tokens.json", "{}"],
  ])("somebody's %s %j is not, unless it is forced", async (name, content) => {
    await write(name, Buffer.from(content, "latin1"));
    const { code, stderr } = await corpus(...args);
    expect(stderr).toBe(
      `error: ${name}: expected a file of unigram-lab's or none, got another one (--force replaces it)\n`,
    );
    expect(code).toBe(2);
    expect((await read(name)).toString("latin1")).toBe(content);
    expect(await readdir(dir)).toHaveLength(3);
    expect((await corpus(...args, "--force")).code).toBe(0);
    expect(decodeTokens(await read("tokens.npy"))).toHaveLength(10);
  });

  test("tokens that were changed since are somebody's", async () => {
    await corpus(...args);
    const bytes = await read("tokens.npy");
    bytes[bytes.length - 4] ^= 1;
    await write("tokens.npy", bytes);
    expect(await kindOf(join(dir, "tokens.npy"))).toBeUndefined();
    expect((await corpus(...args)).code).toBe(2);
    expect(await read("tokens.npy")).toEqual(bytes);
    await write("tokens.npy", bytes.subarray(0, 8));
    expect(await kindOf(join(dir, "tokens.npy"))).toBeUndefined();
  });
});

describe("bad input is one line, and nothing is written", () => {
  const whitespace = ["--tokenizer", "whitespace"];
  test.each([
    [["verse.txt"], "error: required option '--tokenizer <name>' not specified"],
    [[...whitespace], "error: missing required argument 'text'"],
    [
      ["verse.txt", "--tokenizer", "bpe"],
      'error: tokenizer: expected gpt2 or bytes or whitespace, got "bpe"',
    ],
    [
      ["none.txt", ...whitespace],
      "error: TEXT: expected a file that can be read, got none.txt (no such file)",
    ],
    [["verse.txt", ".", ...whitespace], "error: TEXT: expected a file, got the directory ."],
    [["-", "-", ...whitespace], "error: TEXT: expected - once, got it twice"],
    [["empty.txt", ...whitespace], "error: TEXT: expected at least 2 tokens, got 0 in empty.txt"],
    [
      ["empty.txt", "one.txt", ...whitespace],
      "error: TEXT: expected at least 2 tokens, got 1 in empty.txt one.txt",
    ],
    [["latin1.txt", ...whitespace], "error: latin1.txt: expected UTF-8, got other bytes after byte 0"],
    [
      ["verse.txt", "cut.txt", ...whitespace],
      "error: cut.txt: expected UTF-8, got an end within a character after byte 4",
    ],
    [
      ["verse.txt", ...whitespace, "--held-out", "1"],
      "error: heldOut: expected a number from 0 to below 1, got 1",
    ],
    [
      ["verse.txt", ...whitespace, "--held-out", "a tenth"],
      'error: heldOut: expected a number, got "a tenth"',
    ],
    [
      ["verse.txt", ...whitespace, "--out", "t.csv"],
      'error: --out: expected a file name ending in .npy, got "t.csv"',
    ],
    [
      ["verse.txt", ...whitespace, "--out", "verse.txt/t.npy"],
      "error: verse.txt/t.npy: expected a file that can be written, got ENOTDIR",
    ],
  ])("%j", async (args, message) => {
    await write("empty.txt", "");
    await write("one.txt", "one");
    await write("latin1.txt", Buffer.from("caf\xe9 au lait", "latin1"));
    await write("cut.txt", Buffer.from("café").subarray(0, -1));
    const before = await readdir(dir);
    const { code, stdout, stderr } = await corpus(...args);
    expect(stderr.trim()).toBe(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(await readdir(dir)).toEqual(before);
  });

  test("gpt2 without gpt-tokenizer says what to install; the others do without", async () => {
    const hook = fileURLToPath(new URL("withoutPeer.mjs", import.meta.url));
    const env = { ...process.env, NODE_OPTIONS: `--import=${hook}` };
    const { code, stderr } = await unigramLab(["corpus", "verse.txt", "--tokenizer", "gpt2"], dir, env);
    expect(stderr).toBe(
      "error: tokenizer: gpt2 takes a package that is not installed: npm install gpt-tokenizer\n",
    );
    expect(code).toBe(2);
    expect(await readdir(dir)).toHaveLength(2);
    expect((await unigramLab(["corpus", "verse.txt", ...whitespace], dir, env)).code).toBe(0);
  });
});

test("Ctrl-C leaves nothing", async () => {
  await mkdir(join(dir, "out"));
  const args = ["corpus", "verse.txt", "-", "--tokenizer", "whitespace", "--out", "out/tokens.npy"];
  const child = spawn(process.execPath, [cli, ...args], { cwd: dir });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const closed = new Promise((resolve) => child.on("close", resolve));
  // the pipe is full until it reads
  await new Promise<void>((resolve, reject) =>
    child.stdin.write("words and words ".repeat(1 << 16), (error) => (error ? reject(error) : resolve())),
  );
  child.kill("SIGINT");
  expect(await closed).toBe(130);
  expect(stderr).toBe("interrupted\n");
  expect(await readdir(join(dir, "out"))).toEqual([]);
});
