/** The Worker of examples/worker, in Miniflare, with what its wrangler.json says. */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { project, removeProjects, root } from "./project.js";
import { bundleWorker } from "./runtimes.js";

afterAll(removeProjects);

describe("a Cloudflare Worker that trains across requests", () => {
  let dir;
  let worker;
  let settings;
  let binding;
  const start = () =>
    new Miniflare({
      modules: true,
      modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
      modulesRoot: join(dir, "dist"),
      scriptPath: join(dir, "dist/worker.js"),
      compatibilityDate: settings.compatibility_date,
      durableObjects: { [binding.name]: { className: binding.class_name, useSQLite: true } },
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
    dir = await project("worker");
    await cp(join(root, "examples/worker"), dir, { recursive: true });
    settings = JSON.parse(await readFile(join(dir, "wrangler.json"), "utf8"));
    [binding] = settings.durable_objects.bindings;
    expect(settings.migrations[0].new_sqlite_classes).toEqual([binding.class_name]);
    await bundleWorker(dir, settings.main, "dist/worker.js");
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

  test("says so when a snapshot is larger than a value of the storage", async () => {
    const { status, text } = await post("wide", { vocabSize: 1000, embeddingDim: 200, batchSize: 8 }, 10);
    expect(status).toBe(200);
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({ error: expect.stringMatching(/too large|TOOBIG|exceeds|limit/i) });
  });
});
