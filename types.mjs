/** Leaves of dist/types what the package's entries reach: tsc declares every file that it has seen. */
import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

const root = "dist/types";
const { exports: entries } = JSON.parse(await readFile("package.json", "utf8"));
const reached = new Set();

async function reach(path) {
  if (reached.has(path)) return;
  reached.add(path);
  const text = await readFile(path, "utf8");
  for (const [, name] of text.matchAll(/(?:from |import |import\()"(\.[^"]+)\.js"/g))
    await reach(join(dirname(path), `${name}.d.ts`));
}

for (const { types } of Object.values(entries)) if (types?.startsWith(`./${root}/`)) await reach(join(types));
for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !reached.has(path)) await rm(path);
}
