import { defineConfig } from "vitest/config";

/** The lab's page in Chromium and Firefox. `npm run lab` */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/lab/*.browser.js"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks",
    // a page is waited for more than it computes
    maxWorkers: 2,
    reporters: [
      ["verbose", { summary: false }],
      ["json", { outputFile: "build/lab-results.json" }],
    ],
  },
});
