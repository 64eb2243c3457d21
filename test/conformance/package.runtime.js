import { spawnSync } from "node:child_process";
import { open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { originalPositionFor, sourceContentFor, TraceMap } from "@jridgewell/trace-mapping";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { here, installation, project, removeProjects, run } from "./project.js";

afterAll(removeProjects);

let tarball;
let dir;
let manifest;
beforeAll(async () => {
  ({ tarball } = await installation());
  dir = await project("package");
  manifest = JSON.parse(await readFile(join(dir, "node_modules/unigram-lab/package.json"), "utf8"));
});

test("publint finds nothing", async () => {
  const { messages } = await publint({
    pkgDir: join(dir, "node_modules/unigram-lab"),
    pack: false,
    strict: true,
  });
  expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
});

test("the types are right for every way to resolve them (attw)", async () => {
  const attw = join(here, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const args = [attw, tarball, "--format", "json", "--exclude-entrypoints", "kernel.wasm", "package.json"];
  // it leaves before a pipe has taken all of what it says; a file has
  const said = await open(join(dir, "attw.json"), "w");
  spawnSync(process.execPath, args, { stdio: ["ignore", said.fd, "ignore"] });
  await said.close();
  const { problems, analysis } = JSON.parse(await readFile(join(dir, "attw.json"), "utf8"));
  expect(Object.keys(analysis.entrypoints).sort()).toEqual([
    ".",
    "./browser",
    "./browser-worker",
    "./corpus",
    "./report",
    "./sweep",
    "./webgpu",
  ]);
  // by design: an ES module, which Node's require() takes but TypeScript's older CommonJS modes and node10 do not know
  const esmOnly = { NoResolution: "node10", CJSResolvesToESM: "node16-cjs" };
  const others = Object.values(problems)
    .flat()
    .filter(({ kind, resolutionKind }) => esmOnly[kind] !== resolutionKind);
  expect(others).toEqual([]);
});

test("installing runs no scripts and compiles nothing", async () => {
  const lock = JSON.parse(await readFile(join(dir, "package-lock.json"), "utf8"));
  const withScripts = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript);
  expect(withScripts).toEqual([]);
  for (const script of ["preinstall", "install", "postinstall", "prepare"])
    expect(manifest.scripts[script]).toBeUndefined();
  const files = await readdir(join(dir, "node_modules"), { recursive: true });
  expect(files.filter((file) => file.endsWith("binding.gyp"))).toEqual([]);
});

describe("source maps", () => {
  test.each(["index.js", "index.workerd.js"])("%s leads back to the line of the source", async (file) => {
    const dist = join(dir, "node_modules/unigram-lab/dist");
    const code = await readFile(join(dist, file), "utf8");
    expect(code.trimEnd().endsWith(`//# sourceMappingURL=${file}.map`)).toBe(true);
    const map = new TraceMap(await readFile(join(dist, `${file}.map`), "utf8"));
    const message = "advance: expected a whole number of at least 1";
    const lines = code.split("\n");
    const line = lines.findIndex((text) => text.includes(message));
    const original = originalPositionFor(map, { line: line + 1, column: lines[line].indexOf(message) - 1 });
    expect(original.source).toMatch(/src\/training\/trainer\.ts$/);
    // the text of the sources, which both have, is in one of the maps
    const withText = new TraceMap(await readFile(join(dist, "index.js.map"), "utf8"));
    const source = sourceContentFor(withText, original.source).split("\n");
    expect(source[original.line - 1]).toContain(message);
  });
});

test("the install's size", async () => {
  const sizeOf = async (path) => {
    let sum = 0;
    for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
    return sum;
  };
  const modules = join(dir, "node_modules");
  const all = await sizeOf(modules);
  const own = await sizeOf(join(modules, "unigram-lab"));
  const pictures = await sizeOf(join(modules, "@resvg"));
  const show = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `${show(all)} installed: ${show(own)} unigram-lab, ${show(pictures)} @resvg, ${show(all - own - pictures)} others; ${show((await stat(tarball)).size)} packed`,
  );
  expect(all).toBeLessThan(12e6);
  expect(own).toBeLessThan(5e6);
});

test("who needs no pictures installs with --omit=optional; only a PNG is missed, in words", async () => {
  const modules = join(dir, "node_modules");
  await rm(join(modules, "@resvg"), { recursive: true });
  const program = `
import { sweep } from "unigram-lab/sweep";
import { writeRecords } from "unigram-lab/report";
const runs = [];
for await (const run of sweep({ base: { vocabSize: 5, embeddingDim: 2, steps: 5 } }, { threads: 1 })) runs.push(run);
await writeRecords("runs.csv", runs);
console.log(runs.length);`;
  await writeFile(join(dir, "sweep.js"), program);
  expect((await run(process.execPath, ["sweep.js"], { cwd: dir })).stdout.trim()).toBe("1");
  const cli = join(modules, "unigram-lab/dist/cli.js");
  const reproduce = [cli, "reproduce", "embedding-1d", "--quick", "--seeds", "1"];
  const { stderr } = await run(process.execPath, reproduce, { cwd: dir });
  expect(stderr).toContain("PNG needs the optional package @resvg/resvg-js, which is not installed");
  const report = await readdir(join(dir, "unigram-lab-report-quick"), { recursive: true });
  expect(report).toContain("index.html");
  expect(report.filter((name) => name.endsWith(".svg")).length).toBeGreaterThan(0);
  expect(report.filter((name) => name.endsWith(".png"))).toEqual([]);
});
