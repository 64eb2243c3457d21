/** Bundles src into dist: the universal entry by itself, and the Node entries with what they share in flat chunks. */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await mkdir("dist/fonts", { recursive: true });

const common = {
  bundle: true,
  format: "esm",
  outdir: "dist",
  sourcemap: true,
  sourcesContent: false,
  legalComments: "none",
  loader: { ".wasm": "binary" },
  metafile: true,
  logLevel: "warning",
};

const universal = await build({
  ...common,
  entryPoints: { index: "src/index.ts" },
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import"],
  target: "es2022",
  minifySyntax: true,
});
for (const output of Object.values(universal.metafile.outputs))
  if (output.imports?.length)
    throw new Error(
      `the universal entry must import nothing: ${output.imports.map((i) => i.path).join(", ")}`,
    );

const entries = {
  sweep: "src/sweep/index.ts",
  report: "src/report/index.ts",
  worker: "src/sweep/worker.ts",
  cli: "src/cli/main.ts",
};
const forNode = await build({
  ...common,
  entryPoints: entries,
  platform: "node",
  target: "node20.19",
  splitting: true,
  chunkNames: "chunk-[hash]",
  external: ["piscina", "@resvg/resvg-js"],
  // bundled CommonJS packages ask for require
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  minify: true,
});

await copyFile("build/kernel.wasm", "dist/kernel.wasm");
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

/** What was bundled keeps its licence: one text for every package that esbuild read a file of. */
const bundled = new Set();
for (const { metafile } of [universal, forNode])
  for (const input of Object.keys(metafile.inputs)) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder) bundled.add(folder);
  }
const notices = [];
for (const folder of [...bundled].sort()) {
  const { name, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  notices.push(`${name} ${version}\n\n${(await licenceOf(folder)).trim()}\n`);
}
await writeFile(
  "dist/THIRD-PARTY-LICENSES.txt",
  `Packages bundled into this one, each under its own licence.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`,
);
