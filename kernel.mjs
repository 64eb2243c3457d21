/**
 * `npm run kernel`: compiles the kernels, one a target of asconfig.json, unless build/ has those of the same sources, options
 * and compiler already. Contents decide, not times: a change of branch there and back compiles nothing. Kernels that are
 * not as they were left, after an interruption for one, are compiled again.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const STAMP = "build/kernels.json";
/** What a kernel is made of: assembly/ imports from these two rooms and no others. */
const folders = ["assembly", "src/kernel", "src/math"];
const { targets } = JSON.parse(await readFile("asconfig.json", "utf8"));
const kernels = Object.values(targets).map(({ outFile }) => outFile);

const digest = (content) => createHash("sha256").update(content).digest("hex");
async function digests(paths) {
  const entries = [];
  for (const path of paths) entries.push([path, digest(await readFile(path).catch(() => "nothing"))]);
  return Object.fromEntries(entries);
}

const versionOf = async (name) =>
  JSON.parse(await readFile(join("node_modules", name, "package.json"), "utf8")).version;
async function inputs() {
  const paths = ["asconfig.json"];
  for (const folder of folders)
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) paths.push(join(entry.parentPath, entry.name));
  return {
    assemblyscript: await versionOf("assemblyscript"),
    binaryen: await versionOf("binaryen"),
    ...(await digests(paths.sort())),
  };
}

const before = await inputs();
const stampOf = async () =>
  `${JSON.stringify({ inputs: before, kernels: await digests(kernels) }, null, 1)}\n`;
if ((await readFile(STAMP, "utf8").catch(() => "")) === (await stampOf())) {
  console.log("kernels: unchanged");
} else {
  await mkdir("build", { recursive: true });
  const asc = "node_modules/assemblyscript/bin/asc.js";
  for (const target of Object.keys(targets)) {
    console.log(`kernels: ${targets[target].outFile}`);
    const options = [asc, "assembly/index.ts", "--config", "asconfig.json", "--target", target];
    const { status } = spawnSync(process.execPath, options, { stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  await writeFile(STAMP, await stampOf());
}
