import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { build as viteBuild } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, project, removeProjects, root, run, serve, withPage } from "./project.js";
import { bundleWorker } from "./runtimes.js";

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
  expect(await node(dir, "out/main.js")).toBe("vocabsize: unknown field\n3 1 40 40 1");
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
      expect(whole.snapshotBytes).toBe((await trainer.snapshot()).length);

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

describe("a Cloudflare Worker that trains across requests", () => {
  let dir;
  let worker;
  const start = () =>
    new Miniflare({
      modules: true,
      modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
      modulesRoot: join(dir, "dist"),
      scriptPath: join(dir, "dist/worker.js"),
      compatibilityDate: "2026-04-01",
      durableObjects: { RUNS: { className: "Run", useSQLite: true } },
      durableObjectsPersist: join(dir, "storage"),
    });
  const post = async (name, config, milliseconds) => {
    const response = await worker.dispatchFetch(
      `http://localhost/runs/${name}?milliseconds=${milliseconds}`,
      {
        method: "POST",
        body: config && JSON.stringify(config),
      },
    );
    return { status: response.status, text: await response.text() };
  };

  beforeAll(async () => {
    dir = await consumer("worker");
    await bundleWorker(dir, "worker.js", "dist/worker.js");
    worker = start();
  });
  afterAll(() => worker?.dispose());

  test("gives the records and the bits of a run in one piece, also across a restart", async () => {
    const config = { vocabSize: 300, embeddingDim: 40, steps: 1200, evaluateEvery: 100, seed: 5 };
    const records = [];
    const ends = [];
    for (let finished = false; !finished; ) {
      const { status, text } = await post("one", ends.length === 0 ? config : undefined, 30);
      expect(status).toBe(200);
      const lines = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const end = lines.pop();
      records.push(...lines);
      ends.push(end.step);
      finished = end.finished;
      if (ends.length === 2) {
        await worker.dispose();
        worker = start();
      }
    }
    expect(ends.length).toBeGreaterThan(3);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));

    const { createTrainer } = await import("../../dist/index.js");
    const trainer = await createTrainer(config);
    const whole = [];
    for await (const record of trainer.run()) whole.push(record);
    expect(records).toEqual(whole);
    const response = await worker.dispatchFetch("http://localhost/runs/one/snapshot");
    const kept = new Uint8Array(await response.arrayBuffer());
    const snapshot = await trainer.snapshot();
    expect(Buffer.compare(kept, snapshot)).toBe(0);
  });

  test("records come while the run goes on", async () => {
    const config = { vocabSize: 300, embeddingDim: 40, steps: 1e6, evaluateEvery: 20 };
    const response = await worker.dispatchFetch("http://localhost/runs/stream?milliseconds=2000", {
      method: "POST",
      body: JSON.stringify(config),
    });
    const arrivals = [];
    for await (const chunk of response.body) arrivals.push(new TextDecoder().decode(chunk));
    // in pieces, of which only the last one knows of the end
    expect(arrivals.length).toBeGreaterThan(5);
    expect(arrivals.findIndex((text) => text.includes("finished"))).toBe(arrivals.length - 1);
  });

  test("says what is wrong, and refuses what a Worker's memory does not hold", async () => {
    expect(await post("bad", { vocabSize: -1 }, 10)).toEqual({
      status: 400,
      text: "vocabSize: expected a whole number from 1 to 16777216, got -1\n",
    });
    const large = await post("large", { vocabSize: 100_000, embeddingDim: 100 }, 10);
    expect(large.status).toBe(400);
    expect(large.text).toMatch(
      /^vocabSize × embeddingDim: this run takes \d{9} bytes of memory, more than the 67108864 allowed \(memoryLimit\)\n$/,
    );
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
