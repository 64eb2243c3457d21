import { defineConfig } from "vitest/config";

/** The heavy tests: other runtimes, consumers' projects, the packed package. `npm run conformance` */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/**/*.runtime.js"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // one after the other: they share two cores, and some measure time
    fileParallelism: false,
    reporters: [
      ["verbose", { summary: false }],
      ["json", { outputFile: "build/conformance-results.json" }],
    ],
  },
});
