import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { KNOWN_HASH, selfCheck } from "../../src/cli/revectorizer.js";
import { unigramLab } from "./commandLine.js";

const library = new URL("../../dist/index.js", import.meta.url).href;
const major = Number(process.versions.node.split(".")[0]);

test("the known hash is that of the self-check's runs", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "--eval",
    selfCheck(library),
  ]);
  expect(stdout.trim()).toBe(KNOWN_HASH);
});

test("--verbose says whether it is on, --no-revectorize leaves it off", async () => {
  const run = ["train", "--vocab-size", "5", "--embedding-dim", "2", "--steps", "1", "--verbose"];
  const on = await unigramLab(run);
  expect(on.code).toBe(0);
  expect(on.stderr).toContain(
    major < 24
      ? `V8's revectorizer is off: Node ${process.versions.node} is older than 24`
      : "V8's revectorizer is on: a small run keeps its hash",
  );
  const off = await unigramLab(["--no-revectorize", ...run]);
  expect(off.stderr).not.toContain("revectorizer");
  expect(off.stdout).toBe(on.stdout);
});
