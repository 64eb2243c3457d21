/** Bundles src into dist: the universal entry by itself, and the Node entries with what they share in flat chunks. */
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await mkdir("dist/fonts", { recursive: true });

const common = {
  bundle: true,
  format: "esm",
  outdir: "dist",
  sourcemap: true,
  sourcesContent: false,
  legalComments: "linked",
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
await build({
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
await copyFile(`${inter}/LICENSE_FONT`, "dist/fonts/OFL.txt").catch(async () => {
  // the licence's name has changed between versions of the font package
  const { readdir } = await import("node:fs/promises");
  const name = (await readdir(inter)).find((file) => /licen|OFL/i.test(file));
  await copyFile(`${inter}/${name}`, "dist/fonts/OFL.txt");
});
await readFile("dist/fonts/OFL.txt");
