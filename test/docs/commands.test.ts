import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocksOf, inlineOf, pages } from "./pages.js";

/** Every command that a page shows: blocks by bash, as they stand; `sh long` and code within a line are checked only. */
const run = promisify(execFile);
let bin = "";
beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), "unigram-lab-bin-"));
  for (const name of ["unigram-lab", "npx", "npm"]) {
    const script = `#!/bin/sh\nexec "${process.execPath}" "${resolve("test/docs/asTyped.mjs")}" ${name} "$@"\n`;
    await writeFile(join(bin, name), script);
    await chmod(join(bin, name), 0o755);
  }
});
afterAll(() => rm(bin, { recursive: true, force: true }));

async function bash(script: string, cwd: string, long: boolean): Promise<string> {
  const PATH = `${bin}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH, LONG: long ? "1" : "", SLURM_ARRAY_TASK_ID: "0" };
  const options = { cwd, env, maxBuffer: 1 << 26 };
  const ended = await run("bash", ["-euo", "pipefail", "-c", script], options).catch((error) => error);
  return ended.code === undefined ? "" : `${script}\n${ended.stderr}`;
}

const shellBlocks = (page: string) => blocksOf(page).filter(({ language }) => /^(ba)?sh$/.test(language));
const inlineCommands = (page: string) =>
  inlineOf(page).filter((code) => /^(npx )?unigram-lab \w/.test(code) && !code.includes("…"));

describe.each(pages.filter((page) => shellBlocks(page).length > 0))("%s", (page) => {
  // blocks of a page follow one another in one directory, as a reader would type them
  test("its blocks of commands run", async () => {
    const dir = await mkdtemp(join(tmpdir(), "unigram-lab-docs-"));
    try {
      for (const { text, info } of shellBlocks(page)) {
        expect(["", "long"], "what a block may say of itself").toContain(info);
        expect(await bash(text, dir, info === "long")).toBe("");
      }
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

test("commands within a line exist, with their flags", async () => {
  const commands = [...new Set(pages.flatMap(inlineCommands))].filter((code) => !/sweep\b/.test(code));
  expect(commands.length).toBeGreaterThan(5);
  const dir = await mkdtemp(join(tmpdir(), "unigram-lab-docs-"));
  try {
    for (const command of commands) expect(await bash(command, dir, true)).toBe("");
  } finally {
    await rm(dir, { recursive: true });
  }
});

describe("programs of the guide", () => {
  const programs = blocksOf("docs/guide/code.md").filter(({ language }) => language === "js");
  // within the repository, where "unigram-lab" is this package
  const folder = "build/docs-programs";

  test.each(programs.map(({ text }, i) => [i + 1, text] as const))(
    "the one numbered %i runs",
    async (i, text) => {
      await mkdir(folder, { recursive: true });
      const file = join(folder, `${i}.mjs`);
      await writeFile(file, text);
      const { stdout } = await run(process.execPath, [file]);
      expect(stdout).not.toBe("");
      expect(stdout).not.toMatch(/undefined|NaN/);
    },
  );

  test("there are some", () => expect(programs.length).toBeGreaterThan(4));
});
