import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";

/** The tests of the GPU's backend, on whatever adapter there is. `npm run webgpu` */
export default defineConfig({
  plugins: base.plugins,
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/webgpu/*.gpu.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // making pipelines takes one core and most of the time
    maxWorkers: 2,
    reporters: ["default", ["json", { outputFile: "build/webgpu-results.json" }]],
  },
});
