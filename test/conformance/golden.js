/**
 * Writes golden.json from the built package: `npm run golden`. New cases are added at any time; one that comes to other
 * bits than it has is refused until `bitsRevision` (src/kernel/bitsRevision.ts) is raised. With `--check` it compares
 * instead and exits with 1 when a case differs.
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { withGolden } from "./revisions.js";

const golden = new URL("golden.json", import.meta.url);
const revisions = new URL("golden.revisions.json", import.meta.url);
// from build/, inside this package, `unigram-lab` is this package's own dist
const copy = new URL("../../build/conformance/suite.js", import.meta.url);
await mkdir(new URL(".", copy), { recursive: true });
await copyFile(new URL("suite.js", import.meta.url), copy);
const { conformance } = await import(copy.href);

const read = async (url) => JSON.parse(await readFile(url, "utf8"));
const write = (url, value) => writeFile(url, `${JSON.stringify(value, null, 2)}\n`);

const results = await conformance();
const failed = Object.entries(results).filter(([, result]) => result.error);
for (const [name, { error }] of failed) console.error(`${name}: ${error}`);
if (failed.length > 0) process.exit(1);

if (process.argv.includes("--check")) {
  const wanted = await read(golden);
  const names = new Set([...Object.keys(wanted), ...Object.keys(results)]);
  const differ = [...names].filter((name) => !isDeepStrictEqual(wanted[name], results[name]));
  for (const name of differ)
    console.error(`${name}: expected ${JSON.stringify(wanted[name])}, got ${JSON.stringify(results[name])}`);
  console.log(`${names.size - differ.length} of ${names.size} cases as in golden.json`);
  process.exitCode = differ.length > 0 ? 1 : 0;
} else {
  const { bitsRevision } = await import("../../dist/index.js");
  try {
    const revised = withGolden(await read(revisions), bitsRevision, results);
    await write(golden, results);
    await write(revisions, revised);
    console.log(
      `${Object.keys(results).length} cases of bits revision ${bitsRevision} written to test/conformance/golden.json`,
    );
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
