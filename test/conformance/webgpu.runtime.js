/** The packed package's WebGPU where it runs: Node and Bun with the peer `webgpu`, Deno, a page and a worker of Chromium. */
import { access, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bun, deno, fromFiles, node } from "./fromFiles.js";
import { esbuildPage, inChromium, plainPage, plainWorker, vitePage } from "./pages.js";
import { bin, project, removeProjects, root, run } from "./project.js";
import { checkNames } from "./webgpuSuite.js";

afterAll(removeProjects);

/** Debian's Chromium brings a GPU in software; where there is a card, VK_ICD_FILENAMES may name its driver. */
const software = "/usr/lib/chromium/vk_swiftshader_icd.json";
const env = { VK_ICD_FILENAMES: software, ...process.env };
const withPeer = { env, prepare: (dir) => symlink(bin("webgpu"), join(dir, "node_modules/webgpu")) };
const browserArguments = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

const suite = (gpu, names = checkNames) => `
import { webgpuConformance } from "./webgpuSuite.js";
const result = await webgpuConformance(${gpu}, ${JSON.stringify(names)});`;
const printed = (version, gpu, imports = "") => `${imports}${suite(gpu)}
console.log(JSON.stringify({ version: ${version}, ...result }));
process.exit(0);`;
const dawn = `import { create } from "webgpu";\n`;
const inPage = (name, prepare, checks = checkNames) => ({
  ...inChromium(name, suite("navigator.gpu", checks), prepare, browserArguments),
  checks,
});
/** Of a bundle, that it is whole: what computes is the same. */
const ofBundle = ["weights near the f64 reference's", "what it cannot do is refused in one line"];

/** Deno's and Bun's may find no adapter where the others do. */
const places = [
  fromFiles("Node 20 WebGPU", node(20), printed("process.versions.node", "create([])", dawn), withPeer),
  fromFiles("Bun WebGPU", bun, printed("Bun.version", "create([])", dawn), withPeer),
  fromFiles("Deno WebGPU", deno, printed("Deno.version.deno", "navigator.gpu"), { env }),
  inPage("Chromium page WebGPU", plainPage),
  inPage("Chromium worker WebGPU", plainWorker),
  inPage("Chromium page WebGPU, esbuild", esbuildPage(["page.js"], "page.js"), ofBundle),
  inPage("Chromium worker WebGPU, Vite", vitePage("starter.js"), ofBundle),
];

describe.each(places)("$name", (place) => {
  let found;
  let unavailable;
  beforeAll(async () => {
    try {
      await access(software);
      await place.available?.();
    } catch (error) {
      unavailable = error.message;
      return;
    }
    found = await place.run();
    if (found.none && !/^(Bun|Deno)/.test(place.name)) throw new Error(found.none);
    unavailable = found.none && `no adapter: ${found.none}`;
  }, 300_000);

  test.for(place.checks ?? checkNames)("%s", (name, { skip }) => {
    if (unavailable) skip(unavailable);
    const { holds, said, seconds } = found.checks[name];
    console.log(`${place.name}, ${found.computedBy.adapter}: ${name}: ${said} (${seconds.toFixed(1)} s)`);
    expect(holds, said).toBe(true);
  });
});

test("the first example of docs/webgpu.md runs, on fewer steps", async ({ skip }) => {
  await access(software).catch(() => skip(`there is no ${software}`));
  const [, example] = /```js\n([\s\S]*?)```/.exec(await readFile(join(root, "docs/webgpu.md"), "utf8"));
  const shorter = example
    .replace("webgpu()", "webgpu({ allowFallbackAdapter: true })")
    .replace("50304, steps: 3000", "50, steps: 10")
    .replace("advance(1000)", "advance(10)")
    .replace("vocabSize: 100, steps: 1000, evaluateEvery: 500", "vocabSize: 20, steps: 4, evaluateEvery: 2");
  const dir = await project("webgpu-example", { "main.js": `${shorter}\nprocess.exit(0);` });
  await withPeer.prepare(dir);
  const { stdout } = await run(process.execPath, ["main.js"], { cwd: dir, env });
  const lines = stdout.trim().split("\n");
  const records = lines.filter((line) => /^[012] [024] [\d.]+$/.test(line));
  expect(records).toHaveLength(9);
}, 120_000);

describe.each(["there", "missing"])("bundlers, the peer being %s", (peer) => {
  const marker = "the peer's own text";
  const prepared = async (bundler) => {
    const dir = await project(`webgpu-${bundler}-${peer}`, {
      "main.js": `import { webgpu } from "unigram-lab/webgpu"; console.log(webgpu().name);`,
    });
    if (peer === "there") {
      await mkdir(join(dir, "node_modules/webgpu"));
      await writeFile(
        join(dir, "node_modules/webgpu/package.json"),
        '{ "name": "webgpu", "main": "index.js" }',
      );
      await writeFile(join(dir, "node_modules/webgpu/index.js"), `export const create = () => "${marker}";`);
    }
    return dir;
  };
  const bundled = async (folder) => {
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".js"));
    return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
  };

  test.each([true, false])("esbuild leaves it alone, minified %s", async (minify) => {
    const dir = await prepared(`esbuild-${minify}`);
    const entryPoints = ["main.js"];
    const { warnings } = await build({
      ...{ absWorkingDir: dir, entryPoints, outdir: "out", bundle: true, splitting: true, minify },
      ...{ format: "esm", logLevel: "silent" },
    });
    expect(warnings).toEqual([]);
    const text = await bundled(join(dir, "out"));
    expect(text).toContain("requestAdapter");
    expect(text).not.toContain(marker);
  });

  test("Vite leaves it alone", async () => {
    const dir = await prepared("vite");
    await writeFile(join(dir, "index.html"), '<script type="module" src="/main.js"></script>');
    const said = [];
    const logger = (message) => said.push(message);
    await viteBuild({
      root: dir,
      configFile: false,
      build: { target: "es2022" },
      customLogger: {
        ...{ info() {}, clearScreen() {}, hasWarned: false, hasErrorLogged: () => false },
        ...{ warn: logger, warnOnce: logger, error: logger },
      },
    });
    expect(said).toEqual([]);
    const text = await bundled(join(dir, "dist"));
    expect(text).toContain("requestAdapter");
    expect(text).not.toContain(marker);
  });
});
