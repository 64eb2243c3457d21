/** What is in examples, and what stands about it in its README. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examples } from "./project.js";

const readme = await readFile(join(examples, "README.md"), "utf8");
const files = (await readdir(examples, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
  .map((entry) => join(entry.parentPath, entry.name).slice(examples.length + 1));

test("the index names every example, and what it links to is there", () => {
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path);
  for (const path of links) expect(existsSync(join(examples, path)), path).toBe(true);
  for (const file of files.filter((name) => name !== "README.md"))
    expect(
      links.some((path) => path === file || path.split("/")[0] === file.split("/")[0]),
      `${file} is of no example of README.md`,
    ).toBe(true);
});

test("projects ask for this version of the package, and have what they import", async () => {
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  for (const file of files.filter((name) => name.endsWith("package.json"))) {
    const {
      private: isPrivate,
      dependencies = {},
      devDependencies = {},
    } = JSON.parse(await readFile(join(examples, file), "utf8"));
    expect(isPrivate, file).toBe(true);
    if (dependencies["unigram-lab"]) expect(dependencies["unigram-lab"], file).toBe(`^${version}`);
    const folder = file.replace("package.json", "");
    for (const source of files.filter((name) => name.startsWith(folder) && /\.m?js$/.test(name))) {
      const text = await readFile(join(examples, source), "utf8");
      for (const [, imported] of text.matchAll(/ from "([^."][^"]*)"/g)) {
        if (imported.startsWith("node:")) continue;
        const name = imported
          .split("/")
          .slice(0, imported.startsWith("@") ? 2 : 1)
          .join("/");
        expect({ ...dependencies, ...devDependencies }, `${source} imports ${name}`).toHaveProperty([name]);
      }
    }
  }
});

test("the head of every main file says how to run it", async () => {
  const mains = ["page/index.html", "worker/worker.js", "node/learningRates.mjs", "duckdb/main.mjs"];
  for (const file of [...mains, "duckdb/learning-rates.sql"])
    expect((await readFile(join(examples, file), "utf8")).slice(0, 700), file).toContain("npm install");
  for (const file of files.filter((name) => name.endsWith(".py")))
    expect((await readFile(join(examples, file), "utf8")).slice(0, 700), file).toContain(
      `python ${file.split("/").at(-1)}`,
    );
});
