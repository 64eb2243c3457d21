/** Files whole or not at all, and nobody else's touched. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { partialPath, tidyPartials } from "../../src/disk/partial.js";
import { checkWritable, openWhole, writeWhole } from "../../src/disk/writeWhole.js";
import { writeRecords } from "../../src/report/records.js";
import { writeCheckpoint } from "../../src/sweep/checkpoint.js";
import { Journal } from "../../src/sweep/index.js";

const run = promisify(execFile);
let dir = "";
const at = (name: string) => join(dir, name);
const ours = '{"generator":"unigram-lab 0.2.0"}';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});

test("a new file, one of ours and an empty one are written, in folders that are made", async () => {
  await writeWhole(at("a/b/new.json"), ours);
  await writeWhole(at("a/b/new.json"), `${ours} `);
  expect(await readFile(at("a/b/new.json"), "utf8")).toBe(`${ours} `);
  await writeFile(at("empty"), "");
  await chmod(at("empty"), 0o600);
  await writeWhole(at("empty"), ours);
  expect((await stat(at("empty"))).mode & 0o777).toBe(0o600);
  expect((await readdir(dir)).sort()).toEqual(["a", "empty"]);
});

test.each(["there", "link", "link to a link"])(
  "somebody's file is refused before a byte is written, by way of %s, and replaced by force",
  async (name) => {
    await mkdir(at("theirs"));
    await writeFile(at("there"), "notes");
    await symlink("../there", at("theirs/link"));
    await symlink("theirs/link", at("link to a link"));
    await symlink("there", at("link"));
    const message = `${at(name)}: expected a file of unigram-lab's or none, got another one`;
    const path = at(name);
    for (const write of [() => writeWhole(path, ours), () => checkWritable(path), () => openWhole(path)]) {
      const error = await Promise.resolve(write()).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toBe(message);
    }
    expect(await readFile(at("there"), "utf8")).toBe("notes");
    await checkWritable(at(name), { force: true });
    expect(await readFile(at("there"), "utf8")).toBe("notes");
    await writeWhole(at(name), ours, { force: true });
    // the file itself, and the links are still links
    expect(await readFile(at("there"), "utf8")).toBe(ours);
    expect((await lstat(at("link"))).isSymbolicLink()).toBe(true);
    expect(await readlink(at("theirs/link"))).toBe("../there");
    expect((await readdir(dir)).sort()).toEqual(["link", "link to a link", "theirs", "there"]);
  },
);

test("a link that leads elsewhere by then is not written through", async () => {
  await writeFile(at("a"), ours);
  await writeFile(at("b"), `${ours}\n`);
  await symlink("a", at("link"));
  const file = await openWhole(at("link"));
  await file.write("{}");
  await rm(at("link"));
  await symlink("b", at("link"));
  await expect(file.commit()).rejects.toThrow("leads elsewhere than when the writing began");
  await file.discard();
  expect(await readFile(at("a"), "utf8")).toBe(ours);
  expect((await readdir(dir)).sort()).toEqual(["a", "b", "link"]);
});

test("a library is told of its option, not of a flag, and where there is none of none", async () => {
  await writeFile(at("x.checkpoint"), "notes");
  const header = { records: [], seconds: 0, stepSeconds: 0 };
  const written = writeCheckpoint(at("x.checkpoint"), header, new Uint8Array(4));
  await expect(written).rejects.toThrow(/got another one$/);
  await writeFile(at("r.csv"), "notes");
  await expect(writeRecords(at("r.csv"), [])).rejects.toThrow(
    /got another one \(the option force replaces it\)$/,
  );
  await expect(writeRecords(at("r.xls"), [])).rejects.toThrow(/^path: expected a file name/);
});

test("a link to a file that is not there yet makes that file", async () => {
  await symlink("store/file.json", at("link"));
  await writeWhole(at("link"), ours);
  expect(await readFile(at("store/file.json"), "utf8")).toBe(ours);
});

test("a file of ours is replaced by its like alone, and a journal by nothing", async () => {
  await writeFile(at("sweep.json"), ours);
  await expect(writeWhole(at("sweep.json"), "[]", { kind: "table" })).rejects.toThrow(
    `${at("sweep.json")}: expected a table of unigram-lab's or none, got its description`,
  );
  await writeWhole(at("sweep.json"), ours, { kind: "description" });
  const line = `{"sum":"${"0".repeat(64)}","result":{"run":"${"0".repeat(16)}"}}\n`;
  await writeFile(at("j.ndjson"), line);
  for (const force of [true, false])
    await expect(writeWhole(at("j.ndjson"), ours, { force })).rejects.toThrow("got the journal of a sweep");
  expect(await readFile(at("j.ndjson"), "utf8")).toBe(line);
});

test("a file that somebody puts there meanwhile is not replaced at the end", async () => {
  const file = await openWhole(at("late.json"));
  await file.write(ours);
  await writeFile(at("late.json"), "notes");
  await expect(file.commit()).rejects.toThrow("got another one");
  await file.discard();
  expect(await readFile(at("late.json"), "utf8")).toBe("notes");
  expect(await readdir(dir)).toEqual(["late.json"]);
});

test("a directory, a path through a file and a missing right are the user's mistakes, in one line", async () => {
  await writeFile(at("file"), "");
  const errors: [string, string][] = [
    [dir, "expected a file, got a directory"],
    [at("file/below"), "expected a file that can be written, got ENOTDIR"],
    [at("x".repeat(300)), "expected a file that can be written, got ENAMETOOLONG"],
  ];
  for (const [path, message] of errors)
    for (const write of [() => checkWritable(path), () => writeWhole(path, ours)]) {
      const error = await write().catch((thrown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toBe(`${path}: ${message}`);
    }
});

test("a long name is no obstacle", async () => {
  const name = "ü".repeat(120);
  await writeWhole(at(name), ours);
  expect(await readdir(dir)).toEqual([name]);
});

test("many writers of one file at once: one of them whole, and nothing beside it", async () => {
  const contents = Array.from({ length: 20 }, (_, i) => JSON.stringify({ generator: "unigram-lab 1", i }));
  await Promise.all(contents.map((content) => writeWhole(at("one.json"), content)));
  expect(contents).toContain(await readFile(at("one.json"), "utf8"));
  expect(await readdir(dir)).toEqual(["one.json"]);
});

test("trying a path leaves nothing behind, folders neither", async () => {
  await checkWritable(at("a/b/c.json"));
  await writeFile(at("there.json"), ours);
  await checkWritable(at("there.json"));
  expect(await readdir(dir)).toEqual(["there.json"]);
  expect(await readFile(at("there.json"), "utf8")).toBe(ours);
});

describe.skipIf(process.platform === "win32")("devices and pipes", () => {
  test("a device is written and stays one; a full one is one line", async () => {
    await symlink("/dev/null", at("null"));
    await symlink("/dev/full", at("full"));
    await checkWritable(at("null"));
    await writeWhole(at("null"), ours);
    await writeWhole("/dev/null", ours);
    await expect(writeWhole(at("full"), ours)).rejects.toThrow(`${at("full")}: the disk is full (ENOSPC)`);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
    expect((await stat("/dev/full")).isCharacterDevice()).toBe(true);
    expect((await readdir(dir)).sort()).toEqual(["full", "null"]);
  });

  test("a pipe gets the bytes", async () => {
    await run("mkfifo", [at("pipe")]);
    await checkWritable(at("pipe"));
    const reader = spawn("cat", [at("pipe")]);
    let text = "";
    reader.stdout.on("data", (data) => {
      text += data;
    });
    await writeWhole(at("pipe"), ours);
    await once(reader, "close");
    expect(text).toBe(ours);
    expect((await lstat(at("pipe"))).isFIFO()).toBe(true);
  });
});

/** Needs root, for a file system of its own. */
const mounts = process.platform === "linux" && process.getuid?.() === 0;
test.skipIf(!mounts)("a full disk: one line, found before the work, and the old file stays", async () => {
  await run("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", dir]);
  try {
    await writeWhole(at("file.json"), ours);
    const more = JSON.stringify({ generator: "unigram-lab 1", padding: "x".repeat(100_000) });
    await expect(writeWhole(at("file.json"), more)).rejects.toThrow(/^\S+: the disk is full \(ENOSPC\)$/);
    expect(await readdir(dir)).toEqual(["file.json"]);
    await writeFile(at("filler"), "x".repeat(100_000)).catch(() => {});
    await expect(checkWritable(at("new.json"))).rejects.toThrow(/^\S+: the disk is full \(ENOSPC\)$/);
    expect((await readdir(dir)).sort()).toEqual(["file.json", "filler"]);
    expect(await readFile(at("file.json"), "utf8")).toBe(ours);
  } finally {
    await run("umount", [dir]);
  }
});

describe("what a killed process left", () => {
  const dead = async (): Promise<number> => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    return child.pid as number;
  };
  /** A partial's name, as that process would have given it. */
  const named = (name: string, pid: number) => partialPath(at(name)).replace(`.${process.pid}-`, `.${pid}-`);

  test("is removed by whoever next writes in the directory, when it is ours by its content", async () => {
    const pid = await dead();
    const gone = [
      "",
      "PAR1\x15\x04",
      '[\n{"run":"00',
      "run,step,tr",
      "ULAB",
      "<!doctype html>\n<",
      '{"pid":3',
    ];
    for (const [i, content] of gone.entries()) await writeFile(named(`gone-${i}`, pid), content);
    const theirs = named("theirs", pid);
    await writeFile(theirs, "notes of mine");
    const stays = [
      theirs,
      // of a process that lives, and names that only look alike
      named("alive", process.ppid),
      at("r.parquet.12.partial"),
      at("r.unigram-lab.partial"),
      at("r.parquet.partial"),
      at(`x.${pid}-0123.unigram-lab.partial`),
    ];
    for (const path of stays.slice(1)) await writeFile(path, "PAR1");
    const folder = named("folder", pid);
    await mkdir(folder);
    const link = named("link", pid);
    await symlink("r.parquet.partial", link);
    const [once, twice] = [at("new.json"), at("newer.json")];
    await writeWhole(once, ours);
    await writeWhole(twice, ours);
    expect((await readdir(dir)).map(at).sort()).toEqual([...stays, folder, link, once, twice].sort());
  });

  test("elsewhere is removed once it has not been touched for an hour", async () => {
    const path = partialPath(at("far")).replace(/-[0-9a-f]{8}/, "-00000000");
    await writeFile(path, "PAR1");
    await tidyPartials(dirname(path));
    expect(await readdir(dir)).toHaveLength(1);
    const before = Date.now() / 1000 - 4000;
    await utimes(path, before, before);
    await tidyPartials(dirname(path));
    expect(await readdir(dir)).toEqual([]);
  });

  /** Ends a process in the midst of an export. */
  const ended = async (how: string): Promise<unknown> => {
    const child = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      `import { exportRuns } from ${JSON.stringify(new URL("../../dist/report.js", import.meta.url).href)};
       const result = { run: "0".repeat(16), config: {}, records: [{ step: 0 }] };
       const journal = { async *results() { yield result; if (this.second) ${how}; this.second = true; } };
       await exportRuns(journal, ${JSON.stringify(at("t.csv"))});`,
    ]);
    const [code, signal] = await once(child, "exit");
    return code ?? signal;
  };

  test("with an exit in the midst of it, is removed by the process itself", async () => {
    expect(await ended("process.exit(3)")).toBe(3);
    expect(await readdir(dir)).toEqual([]);
  });

  test("by kill -9 is removed when a sweep opens the directory", async () => {
    expect(await ended('process.kill(process.pid, "SIGKILL")')).toBe("SIGKILL");
    expect(await readdir(dir)).toEqual([
      expect.stringMatching(/^t\.csv\.\d+-[0-9a-f]{16}\.unigram-lab\.partial$/),
    ]);
    await (await Journal.open(dir)).close();
    expect(await readdir(dir)).toEqual(["journal.ndjson"]);
  });
});
