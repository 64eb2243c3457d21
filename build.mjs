/** Bundles src into dist: the universal entry by itself, and the Node entries with what they share in flat chunks. */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { buildLab, firstLoad } from "./buildLab.mjs";

await rm("dist", { recursive: true, force: true });
await mkdir("dist/fonts", { recursive: true });

const common = {
  bundle: true,
  format: "esm",
  outdir: "dist",
  sourcemap: true,
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  minify: true,
};

/**
 * Sources but the independent one, the reference backend, principal axes and probabilities are files of their own, loaded by those who ask for them, the
 * same for every universal entry.
 */
const onDemand = [
  "./topics.js",
  "./lowRank.js",
  "./corpus.js",
  "./reference.js",
  "./principalAxes.js",
  "./probabilities.js",
];
const loadedOnDemand = {
  name: "loaded-on-demand",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(topics|lowRank|corpus)\.js$/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /\/(principalAxes|probabilities)\.js$/ }, ({ path }) => ({
      path: path.replace(/.*\//, "./"),
      external: true,
    }));
    onResolve({ filter: /\/reference\/backend\.js$/ }, () => ({ path: "./reference.js", external: true }));
  },
};

/** Shaders go in without what only their readers need: all but the lines of a head that say what they use, read and write. */
const shadersAsText = {
  name: "shaders-as-text",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.wgsl$/ }, async ({ path }) => {
      const lines = (await readFile(path, "utf8"))
        .replace(/\/\*[\s\S]*?\*\//g, "")
        .split("\n")
        .map((line) => line.trim())
        .filter(
          (line) => line !== "" && (!line.startsWith("//") || /^\/\/ (uses|reads|writes): /.test(line)),
        );
      return { contents: lines.join("\n"), loader: "text" };
    }),
};

/** The kernels become bytes within the bundle, decoded only where they are used. */
const kernelAsBytes = {
  name: "kernel-as-bytes",
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => {
      // a character a byte, the frequent small ones printable: 5 kB less than base64, once compressed
      const characters = Array.from(await readFile(path), (byte) => String.fromCharCode(byte + 35));
      const text = JSON.stringify(characters.join(""));
      return { contents: `export default () => Uint8Array.from(${text}, (c) => c.charCodeAt(0) - 35);` };
    });
    // threads and relaxed arithmetic are files of their own, with kernels of their own, for those who ask for them
    onResolve({ filter: /^\.\/(threads|relaxed)\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** The kernel stays a file, imported as the module that such a runtime makes of it: neither threads nor relaxed SIMD. */
const kernelAsModule = (path) => ({
  name: "kernel-as-module",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /\.wasm$/ }, () => ({ path, external: true }));
    onResolve({ filter: /^\.\/(threads|relaxed)\.js$/ }, (args) => ({
      path: args.path,
      namespace: "nothing-more",
      pluginData: args.resolveDir,
    }));
    onLoad({ filter: /threads/, namespace: "nothing-more" }, ({ pluginData }) => ({
      resolveDir: pluginData,
      contents: `import { ConfigError } from "../../config.js";
        export const instantiateSharedKernel = () => {
          throw new ConfigError("threads: expected 1, this runtime has no threads");
        };`,
    }));
    // no bytes of a kernel: compiling them fails as it does where relaxed SIMD is missing
    onLoad({ filter: /relaxed/, namespace: "nothing-more" }, () => ({
      contents: "export const alone = () => new Uint8Array(); export const shared = alone;",
    }));
  },
});

/**
 * AssemblyScript's loader patches Object for everybody, with what every runtime here has: a library must not. It also makes
 * classes of exports that are named so; a kernel exports functions alone, of as many arguments as they are called with.
 */
const loaderWithoutPatches = {
  name: "loader-without-patches",
  setup: ({ onLoad }) =>
    onLoad({ filter: /@assemblyscript\/loader\/index\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [there, instead] of [
        [/^Object\.hasOwn = [^}]*\};/m, ""],
        ["return demangle(exports, extendedExports);", "return Object.assign(extendedExports, exports);"],
      ]) {
        const cut = contents.replace(there, instead);
        if (cut === contents) throw new Error(`the loader has not what is cut out of it: ${there}`);
        contents = cut;
      }
      if (/^(Object|globalThis)\.\w+ *=/m.test(contents))
        throw new Error("the loader patches what is everybody's");
      return { contents };
    }),
};

/** The library itself is shared with whoever imports it: one schema, one trainer, one kernel. */
const besideIndex = {
  name: "beside-index",
  setup({ onResolve }) {
    onResolve({ filter: /^(\.\.\/index|(\.\.\/)+config|(\.{1,2}\/)+configError|\.\/create)\.js$/ }, () => ({
      path: "./index.js",
      external: true,
    }));
    // of a worker that is asked for a GPU
    onResolve({ filter: /^\.\.?\/(webgpu|openOnGpu)\.js$/ }, ({ path }) => ({
      path: path.replace("../", "./"),
      external: true,
    }));
  },
};

/** Vega is shared with the lab's page. */
const besideVega = {
  name: "beside-vega",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/vega\.js$/ }, ({ path }) => ({ path, external: true })),
};

/** Half of a Worker's 128 MB: a snapshot takes up to as much again. */
const smallMemory = {
  name: "small-memory",
  setup: ({ onLoad }) =>
    onLoad({ filter: /defaultMemoryLimit\.ts$/ }, () => ({
      contents: "export const defaultMemoryLimit = 64 * 2 ** 20;",
    })),
};

/**
 * Vega would ask for node-canvas at the top level, which forbids require() and lets figures depend on what is installed;
 * and of its transforms it has whole packages that no figure here uses: maps, trees, forces, words in clouds.
 */
const vegaAsUsed = {
  name: "vega-as-used",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^vega-canvas$/ }, ({ resolveDir }) => ({
      path: createRequire(join(resolveDir, "_")).resolve("vega-canvas").replace(".node.js", ".browser.js"),
    }));
    onResolve(
      { filter: /^vega-(crossfilter|force|geo|hierarchy|label|regression|voronoi|wordcloud)$/ },
      ({ path }) => ({ path, namespace: "not-used" }),
    );
    onLoad({ filter: /./, namespace: "not-used" }, () => ({ contents: "export {};" }));
  },
};

/** A map keeps the text of our sources; other people's code and the kernel's bytes nobody reads there. */
async function withoutForeignSources(path) {
  const text = await readFile(path, "utf8").catch(() => undefined);
  const map = text === undefined ? {} : JSON.parse(text);
  if (!map.sourcesContent) return;
  const isForeign = (source) => source.includes("node_modules/") || source.endsWith(".wasm");
  map.sourcesContent = map.sourcesContent.map((content, i) => (isForeign(map.sources[i]) ? null : content));
  await writeFile(path, JSON.stringify(map));
}

/** Pages have no files to read a font's widths from: a table of them stands in the place of what reads them. */
const facesAsTable = {
  name: "faces-as-table",
  async setup({ onLoad }) {
    onLoad({ filter: /src\/figures\/faces\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        bundle: true,
        platform: "node",
        format: "cjs",
        define: { "import.meta.url": "file" },
        banner: { js: `const file = ${JSON.stringify(pathToFileURL(path).href)};` },
        write: false,
      });
      const module = { exports: {} };
      new Function("module", "require", outputFiles[0].text)(module, createRequire(import.meta.url));
      const tables = module.exports.faces().map(({ unitsPerEm, missing, advances }) => {
        // runs of neighbours: the first, then a character for each advance
        const runs = [];
        let next;
        for (const [code, advance] of [...advances].sort(([a], [b]) => a - b)) {
          if (code !== next) runs.push([code, ""]);
          runs.at(-1)[1] += String.fromCharCode(advance);
          next = code + 1;
        }
        return { unitsPerEm, missing, runs };
      });
      return {
        contents: `const tables = ${JSON.stringify(tables)};
          export const faces = () => tables.map(({ runs, ...others }) => ({
            ...others,
            advances: new Map(runs.flatMap(([first, run]) => Array.from(run, (c, i) => [first + i, c.charCodeAt(0)]))),
          }));`,
      };
    });
  },
};

/** The universal entry, once for every way to get at the kernel: one file each, which imports at most what is named. */
const universal = [];
for (const [name, entryPoint, plugins, imports] of [
  ["index", "src/index.ts", [kernelAsBytes, loadedOnDemand], ["./threads.js", "./relaxed.js", ...onDemand]],
  [
    "index.workerd",
    "src/index.ts",
    [kernelAsModule("./kernel.wasm"), smallMemory, loadedOnDemand],
    ["./kernel.wasm", ...onDemand],
  ],
  [
    "index.edge-light",
    "src/index.ts",
    [kernelAsModule("./kernel.wasm?module"), smallMemory, loadedOnDemand],
    ["./kernel.wasm?module", ...onDemand],
  ],
  ["topics", "src/data/topics.ts", [], []],
  ["lowRank", "src/data/lowRank.ts", [], []],
  ["corpus", "src/data/corpus.ts", [], []],
  ["corpora", "src/corpus/index.ts", [], ["gpt-tokenizer/bpeRanks/r50k_base"]],
  ["principalAxes", "src/observables/principalAxes.ts", [], []],
  ["probabilities", "src/observables/probabilities.ts", [], []],
  ["reference", "src/backend/reference/backend.ts", [], []],
  ["webgpu", "src/webgpu.ts", [besideIndex], ["./index.js"]],
  ["browser", "src/browser/index.ts", [besideIndex], ["./index.js"]],
  ["browserWorker", "src/browser/worker.ts", [besideIndex], ["./index.js", "./openOnGpu.js"]],
  ["openOnGpu", "src/browser/openOnGpu.ts", [besideIndex], ["./index.js", "./webgpu.js"]],
  ["vega", "src/figures/vega.ts", [vegaAsUsed], []],
  ["threads", "src/backend/wasm/threads.ts", [kernelAsBytes, besideIndex], ["./index.js", "./relaxed.js"]],
  ["relaxed", "src/backend/wasm/relaxed.ts", [kernelAsBytes], []],
]) {
  const built = await build({
    ...common,
    // kernels, other people's code and shaders, or what the map of another shows as well: large, and read by nobody
    sourcemap: !["relaxed", "vega", "webgpu", "index.edge-light"].includes(name),
    // the others have the same sources as these, or part of them
    sourcesContent: ["index", "browser"].includes(name),
    entryPoints: { [name]: entryPoint },
    // first in the file: text between whose two halves bytes stand compresses worse, by 1 kB
    inject: name === "index" ? ["build/kernel.wasm"] : [],
    plugins: [...plugins, shadersAsText, loaderWithoutPatches],
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
    target: "es2022",
    external: ["gpt-tokenizer"],
  });
  for (const output of Object.values(built.metafile.outputs))
    for (const { path } of output.imports)
      if (!imports.includes(path)) throw new Error(`${name}.js must not import ${path}`);
  universal.push(built);
  await withoutForeignSources(`dist/${name}.js.map`);
}

const lab = await buildLab(
  common,
  [shadersAsText, facesAsTable],
  universal.map(({ metafile }) => metafile),
);

const entries = {
  sweep: "src/sweep/index.ts",
  report: "src/report/index.ts",
  worker: "src/sweep/worker.ts",
  commandLine: "src/cli/main.ts",
};
const forNode = await build({
  ...common,
  entryPoints: entries,
  plugins: [kernelAsBytes, shadersAsText, loaderWithoutPatches, besideVega, facesAsTable],
  // a stack trace needs names and lines only, and these bundles hold much that is not ours
  sourcesContent: false,
  platform: "node",
  target: "node20.19",
  splitting: true,
  chunkNames: "chunk-[hash]",
  external: ["piscina", "@resvg/resvg-js", "gpt-tokenizer"],
  // bundled CommonJS packages ask for require
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});

/** What npm runs: a few lines that any Node can read, and that load the command line where Node is new enough. */
await build({
  ...common,
  entryPoints: { cli: "src/cli/entry.ts" },
  plugins: [
    {
      name: "beside-command-line",
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/main\.js$/ }, () => ({ path: "./commandLine.js", external: true })),
    },
  ],
  sourcemap: false,
  platform: "node",
  target: "node13.2",
});

/**
 * A map of mostly other people's code, or of a large file, would be among the largest files of all: nobody installs that to
 * debug it. Whoever reads a stack trace of it makes the map by building that version.
 */
for (const [path, { inputs, bytes }] of Object.entries(forNode.metafile.outputs)) {
  let foreign = 0;
  for (const [name, { bytesInOutput }] of Object.entries(inputs))
    if (name.includes("node_modules/")) foreign += bytesInOutput;
  if (path.endsWith(".map") || (foreign < 0.6 * bytes && bytes < 200_000)) continue;
  await rm(`${path}.map`);
  await writeFile(path, (await readFile(path, "utf8")).replace(/\n\/\/# sourceMappingURL=.*\n?$/, "\n"));
}

await copyFile("build/kernel.wasm", "dist/kernel.wasm");
await writeFile(
  "dist/kernel.wasm.d.ts",
  `/** The compiled kernel, as runtimes give it that import WebAssembly as a module: \`createTrainer(config, { module })\`. */
declare const module: WebAssembly.Module;
export default module;
`,
);
const inter = "node_modules/@expo-google-fonts/inter";
await copyFile(`${inter}/400Regular/Inter_400Regular.ttf`, "dist/fonts/Inter_400Regular.ttf");
await copyFile(`${inter}/600SemiBold/Inter_600SemiBold.ttf`, "dist/fonts/Inter_600SemiBold.ttf");
await writeFile("dist/fonts/OFL.txt", await licenceOf(inter));

/** The licence text in a package's folder. */
async function licenceOf(folder) {
  const name = (await readdir(folder)).find((file) => /^(licen[cs]e|OFL)/i.test(file));
  if (name) return readFile(join(folder, name), "utf8");
  const { license, author } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return `${license} licence${author ? `, by ${author.name ?? author}` : ""}\n`;
}

/** What was bundled keeps its licence: of every package that esbuild read a file of. A text that several have stands once. */
const bundled = new Set();
for (const metafile of [...universal.map((built) => built.metafile), lab, forNode.metafile])
  for (const input of Object.keys(metafile.inputs)) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder) bundled.add(folder);
  }
const packagesUnder = new Map();
for (const folder of [...bundled].sort()) {
  const { name, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const licence = (await licenceOf(folder)).trim();
  packagesUnder.set(licence, [...(packagesUnder.get(licence) ?? []), `${name} ${version}`]);
}
const notices = [...packagesUnder].map(([licence, names]) => `${names.join("\n")}\n\n${licence}\n`);
await writeFile(
  "dist/THIRD-PARTY-LICENSES.txt",
  `Packages bundled into this one, each under its own licence.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`,
);

const first = await firstLoad();
for (const { file, gzip } of first) console.log(`${(gzip / 1000).toFixed(1).padStart(6)} kB  ${file}`);
const sum = first.reduce((all, { gzip }) => all + gzip, 0);
console.log(`${(sum / 1000).toFixed(1).padStart(6)} kB  first load of the lab, compressed`);
