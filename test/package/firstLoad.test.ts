import { expect, test } from "vitest";
// @ts-expect-error: a script of the build has no types
import { firstLoad } from "../../buildLab.mjs";

test("the lab's first load is at most 100 kB, compressed, library and worker included", async () => {
  const files: { file: string; gzip: number }[] = await firstLoad();
  const names = files.map(({ file }) => file);
  for (const file of ["lab/index.html", "lab/lab.css", "lab/lab.js", "index.js", "browserWorker.js"])
    expect(names).toContain(file);
  // beside its entry all of the page's own is one file
  expect(names.filter((name) => /^lab\/.*\.js$/.test(name))).toHaveLength(2);
  // loaded by those who ask for them
  for (const file of ["vega.js", "webgpu.js", "topics.js"]) expect(names).not.toContain(file);
  expect(files.reduce((sum, { gzip }) => sum + gzip, 0)).toBeLessThanOrEqual(100_000);
});
