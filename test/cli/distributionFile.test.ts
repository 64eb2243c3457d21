/** --distribution FILE: counts and probabilities as people have them, and how they become a config. */
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readCounts } from "../../src/cli/countsFile.js";
import { configHash, parseConfig } from "../../src/config.js";
import { probabilitiesDigest } from "../../src/data/digest.js";
import { npyHeader } from "../../src/formats/npy.js";
import { unigramLab, withoutHash } from "./commandLine.js";

let dir = "";
const at = (name: string) => join(dir, name);
const npy = (descr: string, shape: number[], data: ArrayBufferLike) =>
  Buffer.concat([npyHeader(descr, shape), new Uint8Array(data)]);
const many = Array.from({ length: 300 }, (_, i) => 300 - i);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  await writeFile(
    at("counts.csv"),
    '\ufefftoken,count\r\nthe,50\r\n"a, b",30\r\n"say ""x""\nand y",20\r\n\r\n',
  );
  await writeFile(at("many.csv"), many.join("\n"));
});

describe("the numbers of a file", () => {
  test.each<[string, string | Uint8Array, number[]]>([
    ["plain.csv", "5\n0\n2.5e1", [5, 0, 25]],
    ["headed.csv", "count\n5\n0\n", [5, 0]],
    ["tabs.tsv", "the\t5\nof\t3\n", [5, 3]],
    ["tokens.tsv", 'token\tcount\n,\t5\n"\t4\n;\t3\n."\t2\n"a b"\t1\n', [5, 4, 3, 2, 1]],
    ["marks.csv", ';,100\n",",50\nthe,3\n', [100, 50, 3]],
    ["headedMarks.csv", "token,count\n;,100\n", [100]],
    ["semicolonMarks.csv", '"a,b";7\n",";100\nx,y;50\n', [7, 100, 50]],
    ["tabbed.csv", 'the\t5\n"\t3\n', [5, 3]],
    ["semicolons.csv", "the;5\nof;3\n", [5, 3]],
    ["quoted.csv", 'token,count\n"a,b",1\n"c ""d""\nline",2\n', [1, 2]],
    // as pandas writes a series
    ["series.csv", ",0\nthe,3\nof,1\n", [3, 1]],
    ["named.csv", "word,count\nthe,3\nof,1\n", [3, 1]],
    // a header names the numbers, wherever they stand
    ["first.csv", "count,rank\n7,1\n3,2\n", [7, 3]],
    ["frequency.csv", "Frequency;id\n0.7;1\n0.3;2\n", [0.7, 0.3]],
    ["probability.tsv", "p\tword\n0.5\ta\n0.5\tb\n", [0.5, 0.5]],
    ["both.csv", "count,p\n3,0.75\n1,0.25\n", [0.75, 0.25]],
    ["returns.csv", "the,3\r\nof,1\r\n", [3, 1]],
    ["negativeZero.csv", "1\n-0\n", [1, 0]],
    ["list.json", "\ufeff[0.5, 0.25, 0.25]", [0.5, 0.25, 0.25]],
    ["object.json", '{"the": 3, "of": 1}', [3, 1]],
    ["f8.npy", npy("<f8", [2], new Float64Array([0.1, 0.9]).buffer), [0.1, 0.9]],
    ["i8.npy", npy("<i8", [2], new BigInt64Array([7n, 3n]).buffer), [7, 3]],
    ["u1.npy", npy("|u1", [2], new Uint8Array([7, 3]).buffer), [7, 3]],
  ])("%s", async (name, content, counts) => {
    await writeFile(at(name), content);
    const read = await readCounts(at(name));
    expect(read).toEqual(counts);
    expect(read.some((count) => Object.is(count, -0))).toBe(false);
  });

  test.each<[string, string | Uint8Array, string]>([
    ["negative.csv", "token,count\nx,1\ny,-3\n", "line 3: expected a number of at least 0, got -3"],
    ["nan.csv", "x,1\ny,NaN\n", 'line 2: expected a number of at least 0, got "NaN"'],
    ["firstNan.csv", "NaN\n1\n", 'line 1: expected a number of at least 0, got "NaN"'],
    ["infinite.csv", "1\n1e999\n", "line 2: expected a number of at least 0, got Infinity"],
    ["empty.csv", "", "expected a number for every token, got none"],
    ["header.csv", "token,count\n", "expected a number for every token, got none"],
    ["cell.csv", "x,1\ny,\n", 'line 2: expected a number of at least 0, got ""'],
    ["lastCell.csv", "x,1\ny,", 'line 2: expected a number of at least 0, got ""'],
    ["word.csv", '"a\nb",1\nc,2\nd,many\n', 'line 4: expected a number of at least 0, got "many"'],
    ["twice.csv", "x,1\ny,2\nx,2\n", 'line 3: expected every token once, got "x" again'],
    ["ragged.csv", "x,1\n2\n", "line 2: expected a token and its count, got 1 cells"],
    ["wide.csv", "a,b,1\n", "line 1: expected one count, or a token and its count, got 3 cells"],
    ["decimal.csv", "a;0,5\nb;1,0\n", 'line 2: expected a number of at least 0, got "1,0"'],
    ["quote.csv", '"a,1\n', "line 1: expected cells between commas"],
    ["broken.json", "[1,\n2,]", "line 2, column 3: expected a value, got ]"],
    ["nested.json", "[1, [2]]", "value 1: expected a number of at least 0, got [2]"],
    ["text.json", '{"the": "3"}', '"the": expected a number of at least 0, got "3"'],
    ["number.json", "3", "expected a list of numbers or an object of tokens, got 3"],
    [
      "square.npy",
      npy("|u1", [1, 2], new Uint8Array(2).buffer),
      "npy: expected one dimension, got the shape [1, 2]",
    ],
    [
      "below.npy",
      npy("<i4", [2], new Int32Array([1, -1]).buffer),
      "value 1: expected a number of at least 0, got -1",
    ],
    ["no.npy", "numbers", "npy: expected the bytes of a .npy file, got something else"],
  ])("%s is refused with its place", async (name, content, message) => {
    await writeFile(at(name), content);
    await expect(readCounts(at(name))).rejects.toThrow(message);
  });
});

/** The config of a training run, from its table. */
async function trained(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stderr } = await unigramLab(
    ["train", "--steps", "0", "--out", "run.json", "--force", ...args],
    dir,
  );
  if (code !== 0) throw new Error(stderr.trim());
  return JSON.parse(await readFile(at("run.json"), "utf8"))[0];
}

describe("on the command line", () => {
  test("few stand in the config, divided by their sum: the run is that of the same list", async () => {
    const probabilities = [0.5, 0.3, 0.2];
    const config = parseConfig({ vocabSize: 3, steps: 0, distribution: { kind: "given", probabilities } });
    expect(await trained("--distribution", "counts.csv")).toMatchObject({
      run: configHash(config),
      vocabSize: 3,
      "distribution.probabilities": JSON.stringify(probabilities),
    });
    await writeFile(at("same.json"), JSON.stringify(probabilities));
    expect(await trained("--distribution", "same.json")).toMatchObject({ run: configHash(config) });
    // also what sums to 1 not quite
    await writeFile(at("thirds.json"), "[0.3333333, 0.3333333, 0.3333333]");
    expect((await trained("--distribution", "thirds.json"))["distribution.probabilities"]).toBe(
      "[0.3333333,0.3333333,0.3333333]",
    );
  });

  test("of many the config has the digest, and a resumed run takes the file again", async () => {
    const sum = many.reduce((a, b) => a + b);
    const digest = probabilitiesDigest(many.map((count) => count / sum));
    expect(await trained("--distribution", "many.csv", "--snapshot", "many.snapshot")).toMatchObject({
      vocabSize: 300,
      "distribution.digest": digest,
    });
    const resume = (...args: string[]) =>
      unigramLab(["train", "--resume", "many.snapshot", "--steps", "1", ...args], dir);
    expect((await resume("--distribution", "many.csv")).code).toBe(0);
    expect((await resume()).stderr).toContain(
      "error: --distribution: expected the probabilities of this config's",
    );
    await writeFile(at("other.csv"), [...many].reverse().join("\n"));
    expect((await resume("--distribution", "other.csv")).stderr).toContain(
      "error: --distribution: expected distribution.digest ",
    );
  });

  test("train and sweep say in a line what they read", async () => {
    await writeFile(at("two.csv"), "count,rank\n7,1\n3,2\n");
    await writeFile(at("halves.csv"), "0.5\n0.5\n");
    const train = await unigramLab(["train", "--distribution", "two.csv", "--steps", "0"], dir);
    expect([train.code, withoutHash(train.stderr)]).toEqual([0, "V 2 from two.csv (counts)\n"]);
    const halves = ["--distribution", "halves.csv", "--vary", "lr=0.1,0.01", "--dry-run"];
    expect((await unigramLab(["sweep", ...halves], dir)).stderr).toMatch(
      /^V 2 from halves.csv \(probabilities\)\n/,
    );
  });

  test("a sweep draws by it, in all of its threads", async () => {
    for (const [file, out] of [
      ["counts.csv", "few"],
      ["many.csv", "lots"],
    ]) {
      const args = ["sweep", "--distribution", file, "--vary", "lr=0.1,0.01", "--steps", "2", "--out", out];
      const { code, stderr } = await unigramLab(args, dir);
      expect([code, stderr]).toEqual([0, expect.stringContaining("2 of 2 runs in ")]);
    }
  });

  test("a kind stays a kind, also where a file is called so", async () => {
    await writeFile(at("zipf"), "1\n");
    expect(await trained("--distribution", "zipf")).toMatchObject({ "distribution.kind": "zipf" });
  });

  test.each<[string[], string]>([
    [
      ["train", "--distribution", "counts.csv", "--vocab-size", "5"],
      "--vocab-size: expected 3, as many as counts.csv has, got 5",
    ],
    [
      ["train", "--distribution", "counts.csv", "--probabilities", "[1]"],
      "--probabilities: expected no other distribution, got --distribution counts.csv too",
    ],
    [
      ["train", "--distribution", "counts.csv", "--exponent", "2"],
      "--exponent: expected distribution zipf, got given",
    ],
    [
      ["train", "--distribution", "zero.csv"],
      "--distribution: expected counts or probabilities of tokens, got zero.csv (expected a sum above 0, got 0)",
    ],
    [
      ["sweep", "--distribution", "gone.csv"],
      "--distribution: expected counts or probabilities of tokens, got gone.csv (no such file)",
    ],
    [
      ["train", "--distribution", "counts.txt"],
      '--distribution: expected a kind or a file name ending in .csv, .tsv, .json, .npy, got "counts.txt"',
    ],
    [
      ["sweep", "--distribution", "many.csv", "--vary", "vocabSize=2,3"],
      "--distribution: expected a sweep of one vocabulary, that of many.csv, got vocabSize too",
    ],
    [
      ["train", "--distribution", "absent.txt"],
      '--distribution: expected a kind or a file name ending in .csv, .tsv, .json, .npy, got "absent.txt"',
    ],
    [
      ["sweep", "--vary", "distribution=counts.csv"],
      "--vary distribution: expected kinds, got counts.csv: a sweep takes one file, by --distribution counts.csv",
    ],
    [
      ["sweep", "--distribution", "counts.csv", "--vary", "exponent=1,2"],
      "--vary exponent: expected distribution zipf, got given",
    ],
  ])("%j", async (args, message) => {
    await writeFile(at("zero.csv"), "0\n0\n");
    await writeFile(at("counts.txt"), "1\n");
    const before = await readdir(dir);
    const { code, stdout, stderr } = await unigramLab(args, dir);
    expect([code, stdout, stderr]).toEqual([2, "", `error: ${message}\n`]);
    expect(await readdir(dir)).toEqual(before);
  });
});
