import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { digestsOf, withGolden } from "./revisions.js";

const read = async (name: string) => JSON.parse(await readFile(new URL(name, import.meta.url), "utf8"));

/** The built package on this Node; the other runtimes are in runtimes.runtime.js (`npm run conformance`). */
test("the built package gives the golden bits", async () => {
  const done = await promisify(execFile)(process.execPath, ["test/conformance/golden.js", "--check"]).catch(
    (error) => error,
  );
  expect(done.stderr).toBe("");
  expect(done.stdout).toMatch(/^(\d+) of \1 cases as in golden\.json\n$/);
});

test("the golden bits are those of this bits revision, which is the latest", async () => {
  const [golden, revisions] = [await read("golden.json"), await read("golden.revisions.json")];
  expect(withGolden(revisions, bitsRevision, golden)).toEqual(revisions);
  expect(Object.keys(revisions).map(Number)).toEqual(Array.from({ length: bitsRevision }, (_, i) => i + 1));
  // each was raised for a reason
  for (let revision = 2; revision <= bitsRevision; revision++) {
    const [before, after] = [revisions[revision - 1], revisions[revision]];
    expect(Object.keys(before).some((name) => name in after && before[name] !== after[name])).toBe(true);
  }
});

test("other bits need another revision, more cases do not", () => {
  const golden = { a: { weights: "1" }, b: { weights: "2" }, errors: { field: "x" } };
  const revisions = { "1": { a: "0" }, "2": digestsOf(golden) };
  expect(Object.keys(revisions[2])).toEqual(["a", "b"]);
  expect(withGolden(revisions, 2, golden)).toEqual(revisions);
  expect(withGolden(revisions, 2, { ...golden, errors: { field: "y" } })).toEqual(revisions);
  const more = withGolden(revisions, 2, { ...golden, c: { weights: "3" } });
  expect(more).toEqual({
    "1": { a: "0" },
    "2": { ...revisions[2], c: digestsOf({ c: { weights: "3" } }).c },
  });
  // a case that is gone keeps what it was
  expect(withGolden(more, 2, golden)).toEqual(more);
  const other = { ...golden, b: { weights: "3" } };
  expect(() => withGolden(revisions, 2, other)).toThrow(/^b: other bits than revision 2 has; .*raise/);
  expect(withGolden(revisions, 3, other)).toEqual({ ...revisions, "3": digestsOf(other) });
  expect(() => withGolden(revisions, 1, golden)).toThrow("bitsRevision: expected at least 2");
});
