/**
 * Plants faults into a room, one at a time, and says which of them its tests do not notice (StrykerJS).
 *   npm run mutation -- src/formats [src/observables …]      a room, or a file of one
 * What was tried before and has not changed since is not tried again (build/mutation/ROOM.json). Exit code 1 below 85 %.
 * On two cores shared with other work formats took five minutes, experiments ten, observables and training fifteen;
 * MUTATION_THREADS=1 leaves one free.
 *
 * What survives for good: separators of lists within messages; `>` for `>=` where both sides agree at the boundary (a
 * clock that has just reached its end, two points at one step of which the later holds anyway); guards that only save
 * work (a value that is frozen already, a clock that has moved); `typeof x === "number" &&` before a comparison that no
 * other type passes, `x === null ||` before one that null does not pass; a sign that an absolute value takes away, a
 * constant that falls out of a sum of deviations; a shift that only slows the search for an eigenvalue; and what is
 * shown in another place (a crew's threads, the reference backend, a config's 100 MB).
 */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";
import { rooms } from "./rooms.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
process.chdir(root);
await mkdir("build/mutation", { recursive: true });

const places = process.argv.slice(2);
for (const place of places.length > 0 ? places : Object.keys(rooms)) {
  const [room, ...file] = place.replace(/^src\/|\/$/g, "").split("/");
  if (!rooms[room]) throw new Error(`${place}: expected a room of ${Object.keys(rooms).join(", ")}`);
  process.env.MUTATION_ROOM = room;
  const files = file.length > 0 ? file.join("/") : "**/*.ts";
  const elsewhere =
    file.length > 0 ? [] : (rooms[room].elsewhere ?? []).map((name) => `src/${room}/${name}.ts`);
  const mutants = await new Stryker({
    mutate: [`src/${room}/${files}`, ...elsewhere.map((path) => `!${path}`)],
    mutator: { excludedMutations: rooms[room].without ?? [] },
    testRunner: "collecting",
    plugins: [fileURLToPath(new URL("runner.js", import.meta.url))],
    vitest: { configFile: "test/mutation/vitest.config.js", related: false },
    // TypeScript 7 has no API to rewrite one with, and a sandbox within the repository needs none
    tsconfigFile: "none",
    coverageAnalysis: "perTest",
    concurrency: Number(process.env.MUTATION_THREADS ?? 2),
    incremental: true,
    incrementalFile: `build/mutation/${room}.json`,
    tempDirName: "build/mutation/sandbox",
    ignorePatterns: ["build/mutation", "biome.json", "bench", "docs", "test/vectors/*.py", "*.log"],
    timeoutMS: 3000,
    reporters: ["progress-append-only", "clear-text", "html"],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    htmlReporter: { fileName: `build/mutation/${room}.html` },
    thresholds: { high: 95, low: 85, break: 85 },
  }).runMutationTest();
  // what is known of other files of the room is not of this place
  const here = mutants.filter(
    ({ fileName }) =>
      fileName.includes(`src/${[room, ...file].join("/")}`) &&
      !elsewhere.some((path) => fileName.endsWith(path)),
  );
  const count = (...statuses) => here.filter(({ status }) => statuses.includes(status)).length;
  const caught = count("Killed", "Timeout");
  const all = caught + count("Survived", "NoCoverage");
  const share = all === 0 ? 1 : caught / all;
  console.log(`${place}: ${caught} of ${all} faults noticed, ${(100 * share).toFixed(1)} %`);
  if (share < 0.85) process.exitCode = 1;
}
