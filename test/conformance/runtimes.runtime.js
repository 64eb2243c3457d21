import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { here, removeProjects, root } from "./project.js";
import { runtimes } from "./runtimes.js";
import { markdown, parts } from "./table.js";

afterAll(removeProjects);

/** Every runtime, from the packed tarball, against the golden bits. */
const golden = JSON.parse(await readFile(`${here}/golden.json`, "utf8"));
const caseNames = Object.keys(golden);
const featureNames = ["kernel found by itself", "kernel handed in", "advanceFor", "threads in a run"];
/** The run behind every feature is one run. */
const hashes = new Set();
const table = [];

for (const runtime of runtimes) {
  describe(runtime.name, () => {
    let found;
    let unavailable;
    beforeAll(async () => {
      try {
        await runtime.available?.();
      } catch (error) {
        unavailable = error.message;
        return;
      }
      found = await runtime.run();
      table.push({
        runtime: runtime.name,
        version: found.version,
        cases: caseNames.filter((name) => JSON.stringify(found.cases[name]) === JSON.stringify(golden[name]))
          .length,
        of: caseNames.length,
        features: Object.fromEntries(featureNames.map((name) => [name, runtime.lacks[name] ?? true])),
      });
    }, 180_000);

    for (const name of caseNames)
      test(name, ({ skip }) => {
        if (unavailable) skip(unavailable);
        expect(found.cases[name]).toEqual(golden[name]);
      });

    for (const name of featureNames)
      test(`feature: ${name}`, ({ skip }) => {
        if (unavailable) skip(unavailable);
        const reason = runtime.lacks[name];
        if (reason) {
          // refused in words, not by a crash
          expect(found.features[name]).toMatch(/^ConfigError: \w+: expected /);
          skip(`${runtime.name} lacks this: ${reason}`);
        }
        expect(found.features[name]).toMatch(/^[0-9a-f]{64}$/);
        hashes.add(found.features[name]);
        expect(hashes.size).toBe(1);
      });
  });
}

describe("the README's table", () => {
  test("is what this run gives, but for the versions of what others install", async ({ skip }) => {
    if (table.length < runtimes.length) skip("not all runtimes ran");
    await writeFile(`${root}/build/runtimes.json`, `${JSON.stringify(table, null, 2)}\n`);
    const versionless = (rows) => markdown(rows.map((row) => ({ ...row, version: "" })));
    const stored = JSON.parse(await readFile(`${here}/results.json`, "utf8"));
    expect(parts(await readFile(`${root}/README.md`, "utf8")).table).toBe(markdown(stored));
    expect(versionless(stored)).toBe(versionless(table));
  });
});
