/** Every command that writes, against a disk that takes nothing more: one line, an exit code that is not 0, nothing half-written. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unigramLab } from "./commandLine.js";

const run = promisify(execFile);
const small = ["--vocab-size", "20", "--embedding-dim", "8", "--steps", "6000", "--evaluate-every", "3"];
const sweep = ["sweep", "--vary", "vocabSize=9", "--vary", "steps=40", "--vary", "evaluateEvery=1"];
let swept = "";
beforeAll(async () => {
  swept = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const { code } = await unigramLab([...sweep, "--seeds", "40", "--out", swept]);
  expect(code).toBe(0);
});

/** Commands with OUT for a place on the disk that is full. */
const commands: [string, () => string[]][] = [
  ["train --out run.csv", () => ["train", ...small, "--out", "OUT/run.csv"]],
  ["train --out run.parquet", () => ["train", ...small, "--out", "OUT/run.parquet"]],
  ["train --out run.json", () => ["train", ...small, "--out", "OUT/run.json"]],
  ["train --out run.ndjson", () => ["train", ...small, "--out", "OUT/run.ndjson"]],
  [
    "train --snapshot",
    () => ["train", "--vocab-size", "400", "--steps", "2", "--snapshot", "OUT/run.snapshot"],
  ],
  ["sweep", () => [...sweep, "--seeds", "60", "--out", "OUT/swept"]],
  [
    "reproduce",
    () => ["reproduce", "embedding-1d", "--quick", "--seeds", "1", "--threads", "2", "--out", "OUT/report"],
  ],
  ["merge", () => ["merge", "OUT/merged", swept]],
  ["export --out all.csv", () => ["export", swept, "--out", "OUT/all.csv"]],
  ["export --out all.json", () => ["export", swept, "--out", "OUT/all.json"]],
  ["export --out all.parquet", () => ["export", swept, "--out", "OUT/all.parquet"]],
  ["report", () => ["report", swept, "--out", "OUT/report"]],
];

/** Lines that say what went wrong; progress and the like are others. */
const errors = (stderr: string): string[] => stderr.split("\n").filter((line) => /error| {4}at /i.test(line));

async function files(directory: string): Promise<string[]> {
  return (await readdir(directory, { recursive: true })).map(String);
}

/** Needs root, for a file system of its own. */
const mounts = process.platform === "linux" && process.getuid?.() === 0;
if (!mounts) process.stderr.write("skipped: a file system of 32 kB, which needs root to be mounted\n");
describe.skipIf(!mounts)("a file system of 32 kB", () => {
  let disk = "";
  beforeAll(async () => {
    disk = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    await run("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", disk]);
  });
  afterAll(() => run("umount", [disk]));

  test.each(commands)("%s", async (name, args) => {
    const out = join(disk, name.replace(/\W+/g, "-"));
    await mkdir(out);
    try {
      const { code, stderr } = await unigramLab(args().map((arg) => arg.replace("OUT", out)));
      expect(errors(stderr)).toHaveLength(1);
      expect(errors(stderr)[0]).toMatch(/^error: .*disk is full \((ENOSPC|EDQUOT)\)/);
      expect(code).toBe(1);
      const left = await files(out);
      expect(left.filter((file) => /partial$|(^|\/)lock-/.test(file))).toEqual([]);
    } finally {
      await run("rm", ["-r", out]);
    }
  });
});

describe.skipIf(process.platform !== "linux")("/dev/full", () => {
  test.each(commands.filter(([, args]) => args().some((arg) => /^OUT\/\w+\.\w+$/.test(arg))))(
    "%s",
    async (_, args) => {
      const out = await mkdtemp(join(tmpdir(), "unigram-lab-"));
      const given = args().map((arg) => arg.replace("OUT", out));
      const device = given.find((arg) => arg.startsWith(out)) as string;
      await symlink("/dev/full", device);
      const { code, stderr } = await unigramLab(given);
      expect(errors(stderr)).toEqual([`error: ${device}: the disk is full (ENOSPC)`]);
      expect(code).toBe(1);
      expect(await files(out)).toHaveLength(1);
    },
  );

  test("a journal is no device", async () => {
    const out = await mkdtemp(join(tmpdir(), "unigram-lab-"));
    await symlink("/dev/full", join(out, "journal.ndjson"));
    for (const args of [
      [...sweep, "--seeds", "1", "--out", out],
      ["merge", out, swept],
    ]) {
      const { code, stderr } = await unigramLab(args);
      expect(stderr).toBe(`error: ${join(out, "journal.ndjson")}: expected a journal or none, got no file\n`);
      expect(code).toBe(2);
    }
    expect(await files(out)).toEqual(["journal.ndjson"]);
  });
});

describe("export", () => {
  test.each(["sweep.json", "status.json", "notes.csv"])(
    "over %s is refused, and needs --force",
    async (name) => {
      if (name === "notes.csv") await writeFile(join(swept, name), "mine,notes\n");
      const args = ["export", swept, "--out", join(swept, name)];
      const { code, stderr } = await unigramLab(args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: \S+: expected a .*\(--force replaces it\)\n$/);
      if (name !== "notes.csv") return;
      expect((await unigramLab([...args, "--force"])).code).toBe(0);
      // what it wrote is an export, which another may replace
      expect((await unigramLab(args)).code).toBe(0);
    },
  );

  test("over the journal is refused, force or not", async () => {
    await symlink("journal.ndjson", join(swept, "link.json"));
    const args = ["export", swept, "--out", join(swept, "link.json")];
    for (const force of [[], ["--force"]]) {
      const { code, stderr } = await unigramLab([...args, ...force]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/: expected another place, got the journal of a sweep\n$/);
    }
  });
});
