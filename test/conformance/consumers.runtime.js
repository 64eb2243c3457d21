import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, project, removeProjects, root, run, serve, withPage } from "./project.js";

afterAll(removeProjects);

/** The projects in test/consumers, each in an empty folder with the packed tarball installed, as its author would run it. */
const consumer = async (name, suffix = "") => {
  const dir = await project(`consumer-${name}${suffix}`);
  await cp(join(root, "test/consumers", name), dir, { recursive: true });
  return dir;
};
const node = async (dir, ...args) => (await run(process.execPath, args, { cwd: dir })).stdout.trim();

test("plain JavaScript", async () => {
  const lines = (await node(await consumer("esm"), "main.js")).split("\n");
  expect(lines.slice(0, 3).map((line) => line.split(" ")[0])).toEqual(["0", "100", "200"]);
  // a header of 128 bytes and 50 × 10 floats
  expect(lines[3]).toBe("2128 bytes of embedding.npy at step 100");
});

test("CommonJS", async () => {
  expect(await node(await consumer("commonjs"), "main.cjs")).toBe("1.993806\nfunction function\n5 true");
});

test("strict TypeScript, skipLibCheck off, compiled and run", async () => {
  const dir = await consumer("typescript");
  const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", dir]).catch((error) => error);
  expect(stdout).toBe("");
  expect(await node(dir, "out/main.js")).toBe(
    "vocabsize: unknown field\n40 4 3 unigram-lab train\n3 1 40 40 1",
  );
});

describe("bundled by esbuild", () => {
  let dir;
  beforeAll(async () => {
    dir = await consumer("esbuild");
  });
  const bundle = async (stdin) => {
    const { outputFiles } = await build({
      // the threads become a chunk of their own
      splitting: !stdin,
      ...(stdin ? { stdin: { contents: stdin, resolveDir: dir } } : { entryPoints: ["main.js"] }),
      absWorkingDir: dir,
      outdir: "out",
      bundle: true,
      write: false,
      minify: true,
      format: "esm",
      logLevel: "error",
    });
    return outputFiles;
  };

  test("runs from one file, beside which lie the threads that it does not load", async () => {
    const files = await bundle();
    const main = files.find(({ path }) => /(main|stdin)\.js$/.test(path));
    for (const { path, text } of files) await writeFile(join(dir, path.split("/").at(-1)), text);
    expect(await node(dir, main.path.split("/").at(-1))).toBe("2 true\n1.993806\n1.755");
  });

  test("drops what is not used: no kernel and no trainer for a user of the entropy", async () => {
    const [{ text }] = await bundle(
      'import { entropy } from "unigram-lab"; console.log(entropy([0.5, 0.5]));',
    );
    expect(text).not.toContain("heapBase");
    expect(text).not.toContain("getBuiltinModule");
    expect(text.length).toBeLessThan(15_000);
    const [{ text: nothing }] = await bundle('import "unigram-lab";');
    expect(nothing.trim()).toBe("");
  });
});

describe.each([
  ["built by Vite", true],
  ["without a bundler", false],
])("a page that trains in a Web Worker, %s", (_, bundled) => {
  let server;
  beforeAll(async () => {
    const dir = await consumer("vite", bundled ? "" : "-plain");
    if (bundled) await viteBuild({ root: dir, logLevel: "error" });
    else
      await writeFile(
        join(dir, "index.html"),
        (await readFile(join(dir, "index.html"), "utf8")).replace(
          "</title>",
          `</title><script type="importmap">{ "imports": {
            "unigram-lab": "/node_modules/unigram-lab/dist/index.js",
            "unigram-lab/browser": "/node_modules/unigram-lab/dist/browser.js" } }</script>`,
        ),
      );
    server = await serve(bundled ? join(dir, "dist") : dir, { isolated: false });
  });
  afterAll(() => server?.close());

  test("streams records, stays responsive, can be stopped, says what is wrong", async ({ skip }) => {
    await readFile(chromiumPath).catch(() => skip(`there is no ${chromiumPath}`));
    await withPage(async (page) => {
      await page.goto(`${server.url}/index.html`);
      await page.waitForFunction(() => globalThis.start);

      // whole runs: the same records as in Node
      const config = { vocabSize: 60, embeddingDim: 12, steps: 300, evaluateEvery: 50 };
      await page.evaluate((config) => globalThis.start(config), config);
      const whole = await page.evaluate(() => globalThis.seen);
      expect(whole.error).toBeUndefined();
      const { createTrainer } = await import("../../dist/index.js");
      const trainer = await createTrainer(config);
      const records = [];
      for await (const record of trainer.run()) records.push(record);
      expect(whole.records).toEqual(records);
      expect(whole.snapshotBytes).toBe((await trainer.snapshot({ records })).length);

      // a long one, stopped by its button after some records
      await page.click("#start");
      await page.waitForFunction(() => globalThis.seen.records.length >= 5);
      expect(page.workers()).toHaveLength(1);
      const { gaps } = await page.evaluate(() => globalThis.seen);
      await page.click("#stop");
      await page.waitForFunction(() => globalThis.seen.error);
      const stopped = await page.evaluate(() => globalThis.seen);
      expect(stopped.error).toMatch(/^AbortError: /);
      expect(stopped.finished).toBe(1);
      await expect.poll(() => page.workers().length).toBe(0);
      // every 5 ms the page has a turn, as a rule; where it computes, a slice of that run holds it for 100 and more
      expect(gaps.sort((a, b) => a - b)[gaps.length >> 1]).toBeLessThan(50);

      // its worker is ended by somebody else: the lock that it held says so
      await page.evaluate(() => {
        const Plain = Worker;
        globalThis.Worker = class extends Plain {
          constructor(...made) {
            super(...made);
            globalThis.made = this;
          }
        };
        document.querySelector("#start").click();
      });
      await page.waitForFunction(() => globalThis.seen.records.length >= 2);
      await page.evaluate(() => globalThis.made.terminate());
      await page.waitForFunction(() => globalThis.seen.error);
      expect((await page.evaluate(() => globalThis.seen)).error).toBe(
        "Error: the worker has ended before its run",
      );

      await page.evaluate(() => globalThis.start({ vocabSize: 0 }));
      expect((await page.evaluate(() => globalThis.seen)).error).toBe(
        "ConfigError: vocabSize: expected a whole number from 1 to 16777216, got 0",
      );
    });
  });
});

test("gzip of the entry and the kernel stays below 48 kB", async () => {
  const size = async (...files) => {
    let sum = 0;
    for (const file of files) sum += gzipSync(await readFile(join(root, "dist", file)), { level: 9 }).length;
    return sum;
  };
  const sizes = {
    "index.js, with the kernel in it": await size("index.js"),
    "index.workerd.js and kernel.wasm": await size("index.workerd.js", "kernel.wasm"),
    "browser.js and browserWorker.js": await size("browser.js", "browserWorker.js"),
    "threads.js, loaded for threads only": await size("threads.js"),
  };
  for (const [name, bytes] of Object.entries(sizes))
    console.log(`${(bytes / 1000).toFixed(1)} kB gzip: ${name}`);
  expect(sizes["index.js, with the kernel in it"]).toBeLessThanOrEqual(48_000);
  expect(sizes["index.workerd.js and kernel.wasm"]).toBeLessThanOrEqual(48_000);
});
