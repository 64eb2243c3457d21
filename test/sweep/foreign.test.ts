/** A sweep beside other people's files: only what is ours by its content is opened, closed, tidied or removed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { writeCheckpoint } from "../../src/sweep/checkpoint.js";
import { Journal, merge } from "../../src/sweep/index.js";
import { unigramLab } from "../cli/commandLine.js";
import { runOf } from "../experiments/syntheticRuns.js";

let dir = "";
const at = (name: string) => join(dir, name);
const result = (seed: number) =>
  runOf({ vocabSize: 5, embeddingDim: 2, steps: 100, seed }, { excess: (step) => 1 / (3 + step) });
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});

const sum = "0".repeat(64);
const foreign: [string, string][] = [
  ["notes", "best: 0.01\nworst: 1"],
  ["a torn note", "best"],
  ["lines of JSON", '{"step":1,"loss":2}\n{"step":2,"loss":1}\n'],
  ["a torn line of JSON", '{"step":1,"lo'],
  ["an object over several lines", "{\n}\n"],
  ["sums of something else", `{"sum":"${sum}","file":"a.txt"}\n`],
  ["our beginning, and then something else", `{"sum":"${sum}\nand more\n`],
];

describe.each([
  ["", "n.ndjson"],
  [" through a link", "link.ndjson"],
])("somebody's file%s", (_, name) => {
  test.each(foreign)("%s is refused and stays as it is", async (_, content) => {
    await writeFile(at("n.ndjson"), content);
    await symlink("n.ndjson", at("link.ndjson"));
    const before = await readdir(dir);
    for (const use of [
      () => Journal.open(at(name)),
      () => Journal.read(at(name)),
      () => merge(at(name), []),
      () => merge(at("new"), [at(name)]),
    ]) {
      const error = await Promise.resolve(use()).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toBe(`${at(name)}: expected a journal or none, got another file`);
    }
    expect(await readdir(dir)).toEqual(before);
    expect(await readFile(at("n.ndjson"), "utf8")).toBe(content);
  });
});

test.each([
  ["sweep", "--vary", "seed=1,2", "--vary", "steps=2", "--out", "notes.ndjson"],
  ["merge", "notes.ndjson", "z"],
])("%s refuses notes.ndjson in one line, and a pipe too", async (...args) => {
  await writeFile(at("notes.ndjson"), "notes");
  await (await Journal.open(at("z"))).close();
  const refused = await unigramLab(args, dir);
  expect(refused.stderr).toBe("error: notes.ndjson: expected a journal or none, got another file\n");
  expect(refused.code).toBe(2);
  expect(await readFile(at("notes.ndjson"), "utf8")).toBe("notes");
  await symlink("/dev/zero", at("zero.ndjson"));
  const device = await unigramLab(
    args.map((arg) => arg.replace("notes", "zero")),
    dir,
  );
  expect(device.stderr).toBe("error: zero.ndjson: expected a journal or none, got no file\n");
});

test.each([
  ["an empty file", ""],
  ["a torn line, however short", "{"],
  ["a longer one", `{"sum":"${sum}","fail`],
  ["a damaged line", `{"sum":"${sum}","result":{"run":"0123456789abcdef","x":1}}\n`],
])("%s is a journal", async (_, content) => {
  await writeFile(at("journal.ndjson"), content);
  const journal = await Journal.open(dir);
  await journal.append(result(1));
  await journal.close();
  const again = await Journal.read(dir);
  expect(again.runs).toEqual([result(1).run]);
  await again.close();
  expect((await readFile(at("journal.ndjson"), "utf8")).startsWith(content)).toBe(true);
});

test("files with names like ours stay: locks, half-written ones, checkpoints, through links too", async () => {
  const [done, open] = [result(1), result(2)];
  const first = await Journal.open(dir);
  await first.append(done);
  await first.close();
  await writeFile(at("mine"), "mine");
  const owner = JSON.stringify({ pid: 1, started: "1", host: "h", place: "p" });
  const theirs: [string, string][] = [
    ["lock-picking.txt", "how to"],
    ["lock-1-89abcdef", "no owner"],
    ["lock-2-89abcdef", owner],
    ["lock-1-89abcdef.partial", "x"],
    ["lock-1-89ab", owner],
    ["download.partial", "half"],
    ["r.parquet.1.partial", "half"],
    [`checkpoints/${done.run}.checkpoint`, "weights of mine"],
    ["checkpoints/model.checkpoint", "weights of mine"],
    ["checkpoints/model.partial", "weights of mine"],
  ];
  await mkdir(at("checkpoints"));
  for (const [name, content] of theirs) await writeFile(at(name), content);
  await symlink("mine", at("lock-3-89abcdef"));
  await writeCheckpoint(at(`checkpoints/${open.run}.checkpoint`), header, new Uint8Array(9));

  const journal = await Journal.open(dir);
  await journal.close();
  for (const [name, content] of theirs) expect(await readFile(at(name), "utf8"), name).toBe(content);
  expect((await lstat(at("lock-3-89abcdef"))).isSymbolicLink()).toBe(true);
  expect(await readdir(at("checkpoints"))).toContain(`${open.run}.checkpoint`);

  // ours is tidied once its run is done, also when nothing is left to run
  await writeCheckpoint(at(`checkpoints/${result(3).run}.checkpoint`), header, new Uint8Array(9));
  const second = await Journal.open(dir);
  await second.append(result(3));
  await second.close();
  await (await Journal.open(dir)).close();
  expect(await readdir(at("checkpoints"))).not.toContain(`${result(3).run}.checkpoint`);
});
const header = { records: [], seconds: 1, stepSeconds: 1 };

test("a checkpoint does not replace somebody's file", async () => {
  await writeFile(at("x.checkpoint"), "mine");
  await expect(writeCheckpoint(at("x.checkpoint"), header, new Uint8Array(9))).rejects.toThrow("another one");
  expect(await readFile(at("x.checkpoint"), "utf8")).toBe("mine");
});

/** Peak memory of a process that opens a journal and says what came of it. */
async function opened(path: string): Promise<{ said: string; mebibytes: number }> {
  const child = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `import { Journal } from ${JSON.stringify(new URL("../../dist/sweep.js", import.meta.url).href)};
     const journal = await Journal.open(${JSON.stringify(path)}).catch((error) => error);
     console.log(journal.message ?? journal.notices.join());
     console.log(process.resourceUsage().maxRSS / 1024);
     await journal.close?.();`,
  ]);
  let text = "";
  child.stdout.on("data", (data) => {
    text += data;
  });
  await once(child, "close");
  const [said, mebibytes] = text.split("\n");
  return { said, mebibytes: Number(mebibytes) };
}

test("300 MB of zeros, of line feeds, or in one line of ours: memory does not grow with the file", async () => {
  const size = 300e6;
  const zeros = at("zeros.ndjson");
  await writeFile(zeros, "");
  await truncate(zeros, size);
  const none = await opened(zeros);
  expect(none.said).toBe(`${zeros}: expected a journal or none, got another file`);

  const feeds = at("feeds.ndjson");
  const file = await open(feeds, "w");
  for (let i = 0; i < 30; i++) await file.write(Buffer.alloc(size / 30, "\n"));
  await file.close();
  const empty = await opened(feeds);
  expect(empty.said).toBe("");

  const long = at("long.ndjson");
  await writeFile(long, `{"sum":"${sum}","result":{"run":"0123456789abcdef",`);
  await truncate(long, size);
  const torn = await opened(long);
  expect(torn.said).toContain(`its last record was torn (${size} bytes)`);
  for (const { mebibytes } of [none, empty, torn]) expect(mebibytes).toBeLessThan(200);
});

test("20 open journals are no leak of listeners", async () => {
  const child = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `import { Journal } from ${JSON.stringify(new URL("../../dist/sweep.js", import.meta.url).href)};
     const before = process.listenerCount("exit");
     const journals = [];
     for (let i = 0; i < 20; i++) journals.push(await Journal.open(${JSON.stringify(dir)} + "/" + i));
     for (const journal of journals) await journal.close();
     console.log(process.listenerCount("exit") - before);`,
  ]);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      said += data;
    });
  await once(child, "close");
  expect(said).toBe("0\n");
});

describe("merge", () => {
  test("with a source that is missing makes nothing", async () => {
    const { code, stderr } = await unigramLab(["merge", "new", "missing"], dir);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: DIR: expected the directory of a sweep .*got missing \(no such file\)\n$/,
    );
    expect(await readdir(dir)).toEqual([]);
  });

  test("of one sweep whose keys stand in another order says what is missing", async () => {
    const sweeps = [
      '{"base":{"vocabSize":5,"steps":2},"seeds":4}',
      '{"seeds":4,"base":{"steps":2,"vocabSize":5}}',
    ];
    for (const [i, sweep] of sweeps.entries()) {
      await writeFile(at(`${i}.json`), sweep);
      const { code } = await unigramLab(["sweep", `${i}.json`, "--out", `part-${i}`, "--shard", "0/4"], dir);
      expect(code).toBe(0);
    }
    const { code, stdout, stderr } = await unigramLab(["merge", "all", "part-0", "part-1"], dir);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^missing [0-9a-f]{16}\n/);
    expect(stderr).toMatch(/error: \d runs of the sweep are missing in all\n$/);
  });
});
