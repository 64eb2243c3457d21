/** The command line on every Node that npm ships: the same records, with V8's revectorizer where there is one. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { here, project, removeProjects, run } from "./project.js";

afterAll(removeProjects);

const train = [
  "train",
  "--vocab-size",
  "250",
  "--embedding-dim",
  "30",
  "--no-tied",
  "--steps",
  "120",
  "--json",
];
const node = (name) => join(here, `node_modules/${name}/bin/node`);

test.each([
  ["node22", "off: Node 22."],
  ["node24", "on: a small run keeps its hash"],
  ["node26", "on: a small run keeps its hash"],
])("%s: the revectorizer is %s, and the records are those of this Node", async (name, said) => {
  const dir = await project(`command-line-${name}`);
  const cli = join(dir, "node_modules/unigram-lab/dist/cli.js");
  const expected = await run(process.execPath, [cli, "--no-revectorize", ...train], { cwd: dir });
  const there = await run(node(name), [cli, ...train, "--verbose"], { cwd: dir });
  expect(there.stderr).toContain(`V8's revectorizer is ${said}`);
  expect(there.stdout).toBe(expected.stdout);
  const without = await run(node(name), [cli, "--no-revectorize", ...train, "--verbose"], { cwd: dir });
  expect(without.stderr).not.toContain("revectorizer");
  expect(without.stdout).toBe(expected.stdout);
});
