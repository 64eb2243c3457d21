import { readFile } from "node:fs/promises";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "wasm-as-bytes",
      enforce: "pre",
      async load(id) {
        if (!id.endsWith(".wasm")) return;
        const base64 = (await readFile(id)).toString("base64");
        return `export default () => new Uint8Array(Buffer.from("${base64}", "base64"))`;
      },
    },
    {
      name: "wgsl-as-text",
      enforce: "pre",
      async load(id) {
        if (id.endsWith(".wgsl")) return `export default ${JSON.stringify(await readFile(id, "utf8"))}`;
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    // against what never ends; ten times the slowest test, on a machine that is shared
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // all cores: by itself it leaves one of two idle
    maxWorkers: "100%",
    reporters: ["default", ["json", { outputFile: "build/test-results.json" }]],
  },
});
