/** The command on a Node that is too old: one line, before anything is read that such a Node does not understand. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { cli } from "./commandLine.js";

let dir = "";
beforeAll(async () => {
  // alone: whatever it loads beyond itself is not there
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  await writeFile(join(dir, "package.json"), '{ "type": "module" }');
  await cp(cli, join(dir, "cli.js"));
});

const on = async (version: string) => {
  const fake = `Object.defineProperty(process, "versions", { value: { node: "${version}" } });`;
  await writeFile(join(dir, `${version}.cjs`), fake);
  const args = ["--require", join(dir, `${version}.cjs`), join(dir, "cli.js"), "train", "--steps", "x"];
  return promisify(execFile)(process.execPath, args).then(
    () => ({ code: 0, stderr: "", stdout: "" }),
    ({ code, stderr, stdout }) => ({ code, stderr, stdout }),
  );
};

test.each(["16.20.2", "18.20.8", "20.18.3"])("Node %s is refused in one line", async (version) => {
  expect(await on(version)).toEqual({
    code: 2,
    stdout: "",
    stderr: `error: Node: expected 20.19 or newer, got ${version} (https://nodejs.org)\n`,
  });
});

test.each(["20.19.0", "22.0.0"])("Node %s goes on to the command line", async (version) => {
  expect((await on(version)).stderr).toContain("commandLine.js");
});

test("old ones can read it, and it loads nothing before it has looked", async () => {
  const text = await readFile(cli, "utf8");
  expect(text).not.toMatch(/^\s*(import|export)[\s{*"]/m);
  // what it has of newer syntax would be rewritten here
  const { code } = await transform(text, { target: "node13.2", minify: true });
  expect(code.trim()).toBe(text.trim());
});

test("the least version is the one that package.json names", async () => {
  const { engines, bin } = JSON.parse(await readFile("package.json", "utf8"));
  expect(bin["unigram-lab"]).toBe("./dist/cli.js");
  expect(engines.node).toBe(`>=${(await on("18.0.0")).stderr.match(/expected ([\d.]+)/)?.[1]}`);
});
