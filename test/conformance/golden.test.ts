import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** The built package on this Node; the other runtimes are in runtimes.runtime.js (`npm run conformance`). */
test("the built package gives the golden bits", async () => {
  const done = await promisify(execFile)(process.execPath, ["test/conformance/golden.js", "--check"]).catch(
    (error) => error,
  );
  expect(done.stderr).toBe("");
  expect(done.stdout).toMatch(/^(\d+) of \1 cases as in golden\.json\n$/);
});
