/**
 * Builds the lab's page: a folder of static files whose root is dist, with dist/lab/index.html as its index, so that the
 * page and its workers share the library that lies there.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const [entry, style, page] = ["src/lab/main.ts", "src/lab/style.css", "src/lab/index.html"];
/** All of the first load is reached from here. */
const opening = resolve("src/lab/start");

/** Sources that are bundles of their own, which the page imports and does not hold. */
const besidePage = {
  "src/index.ts": "index.js",
  "src/config.ts": "index.js",
  "src/configError.ts": "index.js",
  "src/webgpu.ts": "webgpu.js",
  "src/figures/vega.ts": "vega.js",
};

/** The library lies one folder up. */
const sharedLibrary = {
  name: "shared-library",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir, importer }) => {
      const asked = relative("", resolve(resolveDir, path)).replace(/\.js$/, ".ts");
      const file = importer === "" ? undefined : besidePage[asked];
      return file && { path: `../${file}`, external: true };
    }),
};

/**
 * All of the first load becomes one chunk, which compresses better than one for each set of modules that share it: what is
 * loaded on demand says that it needs all of it, as is true, since nothing else can ask for it.
 */
const onePiece = {
  name: "one-piece",
  setup({ onLoad, onResolve }) {
    const first = { path: `${opening}.tsx`, sideEffects: true };
    const onDemand = new Set();
    onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir, kind }) => {
      const module = join(resolveDir, path).replace(/\.js$/, "");
      if (kind === "dynamic-import") onDemand.add(module);
      return module === opening ? first : undefined;
    });
    onResolve({ filter: /^the-first-load$/ }, () => first);
    onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      if (!onDemand.has(path.replace(/\.tsx?$/, ""))) return undefined;
      const text = await readFile(path, "utf8");
      return { contents: `${text}\nimport "the-first-load";`, loader: path.endsWith("x") ? "tsx" : "ts" };
    });
  },
};

/**
 * CSS that a module imports is there as soon as the module is, whenever that is loaded: a sheet made by script, which the
 * page's content security policy allows. What is seen at once is in style.css, which the page links.
 */
const adoptedStyles = {
  name: "adopted-styles",
  setup({ onLoad, onResolve }) {
    // package.json says of all but a few files that whoever uses nothing of them can leave them out
    onResolve({ filter: /\.css$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: true,
    }));
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({
      contents: `const sheet = new CSSStyleSheet();
        sheet.replaceSync(${JSON.stringify(await styleText(path))});
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];`,
      loader: "js",
    }));
  },
};

const styleText = async (path) => {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    charset: "utf8",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0].text;
};

/** What a file imports, at once or ever, itself among them; paths are relative to dist. */
function reached(file, imports, kinds, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const { path, kind } of imports[file] ?? [])
    if (kinds.includes(kind)) reached(path, imports, kinds, found);
  return found;
}

/** By name of a file in dist: what it imports, by names in dist. */
function importsOf(metafiles) {
  const imports = {};
  for (const { outputs } of metafiles)
    for (const [output, { imports: list }] of Object.entries(outputs)) {
      const file = relative("dist", output);
      // esbuild gives its own chunks from here, and what it left outside as it is written
      const place = ({ path, external }) => (external ? join(dirname(file), path) : relative("dist", path));
      imports[file] = list.map((one) => ({ path: place(one), kind: one.kind }));
    }
  return imports;
}

/** The files that are asked for before the page can do all that it shows at first, worker included. */
const firstFiles = (imports) => [
  ...new Set(
    ["lab/lab.js", "browserWorker.js"].flatMap((file) => [...reached(file, imports, ["import-statement"])]),
  ),
];

const { version } = JSON.parse(await readFile("package.json", "utf8"));
/** The mark by which the page is known again. */
const generator = `<meta name="generator" content="unigram-lab ${version}">`;

/** The index of a folder whose root holds the library; what it asks for is fetched side by side. */
async function indexHtml(first) {
  const html = await readFile(page, "utf8");
  const tags = ['<link rel="stylesheet" href="./lab.css">', '<script type="module" src="./lab.js"></script>'];
  for (const tag of tags) if (!html.includes(tag)) throw new Error(`${page}: expected ${tag}`);
  const preloads = first
    .filter((file) => !["lab/lab.js", "browserWorker.js"].includes(file))
    .map((file) => `\n<link rel="modulepreload" href="./${file}">`);
  return html
    .replace(tags[0], `${generator}\n<link rel="stylesheet" href="./lab/lab.css">`)
    .replace(tags[1], `<script type="module" src="./lab/lab.js"></script>${preloads.join("")}`);
}

/**
 * @param common esbuild's options for every bundle
 * @param library metafiles of the universal entries
 * @returns esbuild's metafile
 */
export async function buildLab(common, plugins, library) {
  const built = await build({
    ...common,
    sourcemap: false,
    jsx: "automatic",
    jsxImportSource: "preact",
    platform: "browser",
    target: "es2022",
    entryPoints: { lab: entry },
    outdir: "dist/lab",
    splitting: true,
    chunkNames: "[name]-[hash]",
    plugins: [sharedLibrary, onePiece, adoptedStyles, ...plugins],
  });
  const imports = importsOf([...library, built.metafile]);
  await writeFile("dist/lab/lab.css", await styleText(style));
  const first = firstFiles(imports);
  await writeFile("dist/lab/index.html", await indexHtml(first));
  const everything = new Set(
    ["lab/lab.js", "browserWorker.js"].flatMap((file) => [
      ...reached(file, imports, ["import-statement", "dynamic-import"]),
    ]),
  );
  /** What the page is made of, by where it lies under dist; lab/index.html is the index of the whole. */
  const files = ["lab/index.html", "lab/lab.css", ...[...everything].sort()];
  await writeFile("dist/lab/files.json", `${JSON.stringify(files, null, 1)}\n`);
  await writeFile("build/lab.metafile.json", JSON.stringify({ library, page: built.metafile }));
  return built.metafile;
}

/** What comes over the line before the page is all there: name and size, compressed as a host does. */
export async function firstLoad() {
  const { library, page: own } = JSON.parse(await readFile("build/lab.metafile.json", "utf8"));
  const files = ["lab/index.html", "lab/lab.css", ...firstFiles(importsOf([...library, own]))];
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join("dist", file));
      return { file, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
    }),
  );
}
