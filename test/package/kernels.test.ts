import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

/** A project with two targets and a compiler that copies its source, and fails where the source says so. */
const compiler = `
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
const target = process.argv[process.argv.indexOf("--target") + 1];
const { targets } = JSON.parse(readFileSync("asconfig.json", "utf8"));
const source = readFileSync("assembly/index.ts", "utf8");
appendFileSync("calls", target + " ");
if (source.includes("mistake") && target === "threads") process.exit(1);
writeFileSync(targets[target].outFile, source + target);
`;
const targets = {
  release: { outFile: "build/kernel.wasm" },
  threads: { outFile: "build/kernel-threads.wasm" },
};
let dir = "";
const put = async (path: string, text: string) => {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-kernels-"));
  await copyFile("kernel.mjs", join(dir, "kernel.mjs"));
  await put("package.json", '{ "type": "module" }');
  await put("asconfig.json", JSON.stringify({ targets }));
  await put("assembly/index.ts", "one");
  await put("src/kernel/constants.ts", "numbers");
  await put("src/math/elementary.ts", "exp");
  await put("node_modules/assemblyscript/package.json", '{ "version": "1.0.0", "type": "module" }');
  await put("node_modules/assemblyscript/bin/asc.js", compiler);
  await put("node_modules/binaryen/package.json", '{ "version": "1.0.0" }');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Runs the script and says for which targets it called the compiler. */
async function compiled(): Promise<string[]> {
  await put("calls", "");
  await promisify(execFile)(process.execPath, ["kernel.mjs"], { cwd: dir }).catch(() => undefined);
  return (await readFile(join(dir, "calls"), "utf8")).trim().split(" ");
}
const all = Object.keys(targets);
const none = [""];

test("kernels are compiled once, and again after every change that they depend on", async () => {
  expect(await compiled()).toEqual(all);
  expect(await compiled()).toEqual(none);
  for (const [path, text] of [
    ["assembly/index.ts", "two"],
    ["assembly/deeper/new.ts", "a file more"],
    ["src/kernel/constants.ts", "other numbers"],
    ["src/math/elementary.ts", "another exp"],
    ["asconfig.json", JSON.stringify({ targets, options: { optimizeLevel: 2 } })],
    ["node_modules/assemblyscript/package.json", '{ "version": "1.0.1", "type": "module" }'],
    ["node_modules/binaryen/package.json", '{ "version": "1.0.1" }'],
    // somebody else's kernel
    ["build/kernel-threads.wasm", "not ours"],
  ]) {
    await put(path, text);
    expect(await compiled(), path).toEqual(all);
    expect(await compiled(), path).toEqual(none);
  }
  await rm(join(dir, "assembly/deeper/new.ts"));
  expect(await compiled()).toEqual(all);
  await rm(join(dir, "build/kernel.wasm"));
  expect(await compiled()).toEqual(all);
  expect(await readFile(join(dir, "build/kernel.wasm"), "utf8")).toBe("tworelease");
});

test("the same contents written again, and files of other rooms, change nothing", async () => {
  await compiled();
  await put("assembly/index.ts", "one");
  await put("src/config.ts", "fields");
  expect(await compiled()).toEqual(none);
});

test("the kernels' sources import nothing from elsewhere, where a change would go unnoticed", async () => {
  const rooms = ["assembly", "src/kernel", "src/math"];
  for (const room of rooms)
    for (const file of await readdir(room, { recursive: true }))
      for (const [, name] of (await readFile(join(room, file), "utf8")).matchAll(/from "([^"]+)"/g))
        expect(rooms, `${room}/${file}`).toContain(dirname(join(room, dirname(file), name)));
});

test("kernels of a failed compilation are not taken for those of the sources", async () => {
  await compiled();
  await put("assembly/index.ts", "mistake");
  expect(await compiled()).toEqual(all);
  expect(await compiled()).toEqual(all);
  // as they were before: build/kernel.wasm is of the mistake by now
  await put("assembly/index.ts", "one");
  expect(await compiled()).toEqual(all);
  expect(await compiled()).toEqual(none);
});
