/**
 * The README's table of runtimes, from the run that `npm run conformance` has just left in build/runtimes.json. Run as a
 * program (`npm run conformance:table`) it writes results.json and the README; the tests compare.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const start = "<!-- runtimes: npm run conformance:table -->\n";
const end = "<!-- /runtimes -->\n";

/** Rows of `{ runtime, version, cases, of, features }`, a feature being true or the reason why there is none. */
export function markdown(rows) {
  const names = Object.keys(rows[0].features);
  const lines = [
    ["runtime", "version", "golden cases", ...names],
    ["---", "---", "---", ...names.map(() => "---")],
    ...rows.map(({ runtime, version, cases, of, features }) => [
      runtime,
      version,
      `${cases} of ${of}`,
      ...names.map((name) => (features[name] === true ? "yes" : `no: ${features[name]}`)),
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Where the table stands in a README: what is before it, the table, what is behind. */
export function parts(readme) {
  const from = readme.indexOf(start) + start.length;
  const to = readme.indexOf(end);
  if (from < start.length || to < from)
    throw new Error(`README.md: expected a table between ${start}and ${end}`);
  return { before: readme.slice(0, from), table: readme.slice(from, to), behind: readme.slice(to) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = (path) => new URL(`../../${path}`, import.meta.url);
  const rows = JSON.parse(await readFile(url("build/runtimes.json"), "utf8"));
  await writeFile(url("test/conformance/results.json"), `${JSON.stringify(rows, null, 2)}\n`);
  const { before, behind } = parts(await readFile(url("README.md"), "utf8"));
  await writeFile(url("README.md"), before + markdown(rows) + behind);
}
