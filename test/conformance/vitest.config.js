import { defineConfig } from "vitest/config";

/** The heavy tests: other runtimes, consumers' projects, the packed package. `npm run conformance` */
const root = new URL("../..", import.meta.url).pathname;
export default defineConfig({
  // for the names of a suite's checks, which run elsewhere
  resolve: {
    alias: [
      { find: /^unigram-lab$/, replacement: `${root}dist/index.js` },
      { find: /^unigram-lab\/webgpu$/, replacement: `${root}dist/webgpu.js` },
    ],
  },
  test: {
    root,
    include: ["test/**/*.runtime.js"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // most of them wait for installs, servers and browsers
    maxWorkers: 2,
    reporters: [
      ["verbose", { summary: false }],
      ["json", { outputFile: "build/conformance-results.json" }],
    ],
  },
});
