import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** The package as a stranger gets it: packed, installed in an empty folder, run from there. */
const run = promisify(execFile);
let dir = "";
let files: string[] = [];
const npm = (args: string[], cwd: string) => run("npm", args, { cwd, maxBuffer: 1 << 26 });

interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

const cli = () => join(dir, "node_modules/.bin/unigram-lab");
const unigramLab = (...args: string[]): Promise<Finished> =>
  new Promise((resolve) => {
    execFile(cli(), args, { cwd: dir, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code as unknown as number) : 0, stdout, stderr }),
    );
  });
const script = async (name: string, source: string): Promise<string> => {
  await writeFile(join(dir, name), source);
  return (await run(process.execPath, [name], { cwd: dir })).stdout.trim();
};
const textOf = (name: string) => readFile(join(dir, name), "utf8");
const bytesOf = async (name: string) => new Uint8Array(await readFile(join(dir, name)));
const parquetRows = async (name: string) => {
  const { buffer } = await bytesOf(name);
  return parquetReadObjects({ file: buffer as ArrayBuffer });
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-consumer-"));
  // `npm test` has just built dist
  const { stdout } = await npm(
    ["pack", "--json", "--ignore-scripts", "--pack-destination", dir],
    process.cwd(),
  );
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  files = packed.files.map(({ path }) => path);
  await writeFile(join(dir, "package.json"), '{"name": "consumer", "private": true, "type": "module"}');
  await npm(["install", "--no-audit", "--no-fund", "--ignore-scripts", join(dir, packed.filename)], dir);
}, 240_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

test("holds what consumers need and nothing else", () => {
  const kinds = files.map((path) =>
    path
      .replace(/^dist\/types\/.*\.d\.ts$/, "dist/types/*.d.ts")
      .replace(/^dist\/lab\/[\w.-]+\.js$/, "dist/lab/*.js")
      .replace(/^dist\/chunk-\w+\./, "dist/chunk-*.")
      .replace(/^dist\/(\w+)-\w{8}\./, "dist/$1-*."),
  );
  expect([...new Set(kinds)].sort()).toEqual(
    [
      "LICENSE",
      "README.md",
      "dist/chunk-*.js",
      "dist/chunk-*.js.map",
      "dist/THIRD-PARTY-LICENSES.txt",
      "dist/browser.js",
      "dist/browser.js.map",
      "dist/browserWorker.js",
      "dist/browserWorker.js.map",
      "dist/cli.js",
      "dist/commandLine.js",
      "dist/corpora.js",
      "dist/corpora.js.map",
      "dist/corpus.js",
      "dist/corpus.js.map",
      "dist/threads.js",
      "dist/threads.js.map",
      "dist/fonts/Inter_400Regular.ttf",
      "dist/fonts/Inter_600SemiBold.ttf",
      "dist/fonts/OFL.txt",
      "dist/index.edge-light.js",
      "dist/index.js",
      "dist/index.js.map",
      "dist/index.workerd.js",
      "dist/index.workerd.js.map",
      "dist/kernel.wasm",
      "dist/lab/*.js",
      "dist/lab/files.json",
      "dist/lab/index.html",
      "dist/lab/lab.css",
      "dist/kernel.wasm.d.ts",
      "dist/lowRank.js",
      "dist/lowRank.js.map",
      "dist/openOnGpu.js",
      "dist/openOnGpu.js.map",
      "dist/principalAxes.js",
      "dist/principalAxes.js.map",
      "dist/probabilities.js",
      "dist/probabilities.js.map",
      "dist/reference.js",
      "dist/reference.js.map",
      "dist/relaxed.js",
      "dist/report.js",
      "dist/report.js.map",
      "dist/sweep.js",
      "dist/sweep.js.map",
      "dist/sweep.schema.json",
      "dist/topics.js",
      "dist/topics.js.map",
      "dist/types/*.d.ts",
      "dist/vega.js",
      "dist/webgpu.js",
      "dist/worker.js",
      "dist/worker.js.map",
      "examples/fetch-corpora.mjs",
      "package.json",
    ].sort(),
  );
});

test("the universal entries hold nothing of WebGPU, and nobody gets the optional peers", async () => {
  const ofWebGpu = /requestAdapter|@workgroup_size|GPUBuffer/;
  for (const entry of ["index.js", "index.workerd.js", "index.edge-light.js", "browser.js"]) {
    const text = await textOf(`node_modules/unigram-lab/dist/${entry}`);
    expect(ofWebGpu.test(text), entry).toBe(false);
    expect(text, entry).not.toContain("webgpu.js");
  }
  expect(await textOf("node_modules/unigram-lab/dist/webgpu.js")).toMatch(ofWebGpu);
  for (const peer of ["webgpu", "gpt-tokenizer"])
    expect(existsSync(join(dir, "node_modules", peer)), peer).toBe(false);
});

describe("the command line", () => {
  test("--version and --help", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8"));
    expect((await unigramLab("--version")).stdout.trim()).toBe(version);
    for (const command of ["reproduce", "train", "sweep"]) {
      const { code, stdout } = await unigramLab(command, "--help");
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: unigram-lab ${command}`);
    }
  });

  test("train prints a line an evaluation and writes the same records to every format", async () => {
    const config = ["--vocab-size", "50", "--embedding-dim", "8", "--steps", "250", "--seed", "3"];
    const printed = await unigramLab("train", ...config, "--out", "records.parquet");
    expect(printed.code).toBe(0);
    const lines = printed.stdout.trim().split("\n");
    expect(lines[0]).toMatch(/step +train loss +loss +excess loss +n_eff +learning rate/);
    expect(lines.slice(1).map((line) => Number(line.trim().split(/ +/)[0]))).toEqual([0, 100, 200, 250]);

    const json = await unigramLab("train", ...config, "--json", "--out", "records.json");
    const records = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const rows = JSON.parse(await readFile(join(dir, "records.json"), "utf8"));
    const parquet = await parquetRows("records.parquet");
    expect(rows).toHaveLength(4);
    for (const [i, record] of records.entries()) {
      expect(rows[i]).toMatchObject(record);
      expect(parquet[i].loss).toBe(record.loss);
      expect(Number(parquet[i].step)).toBe(record.step);
      expect(Number(parquet[i].vocabSize)).toBe(50);
      expect(parquet[i]["distribution.exponent"]).toBe(1);
    }
    await unigramLab("train", ...config, "--out", "records.csv");
    const [header, ...cells] = (await readFile(join(dir, "records.csv"), "utf8")).trim().split("\n");
    const column = header.split(",").indexOf("loss");
    expect(cells.map((line) => Number(line.split(",")[column]))).toEqual(records.map(({ loss }) => loss));
  });

  test("--config reads a JSON file, flags win", async () => {
    await writeFile(
      join(dir, "run.json"),
      '{"vocabSize": 20, "embeddingDim": 4, "steps": 10, "tied": false}',
    );
    const { stdout, stderr } = await unigramLab(
      "train",
      "--config",
      "run.json",
      "--steps",
      "20",
      "--verbose",
    );
    expect(stdout.trim().split("\n").at(-1)?.trim()).toMatch(/^20 /);
    expect(stderr).toMatch(/run [0-9a-f]{16}: 1 thread, \d+\.\d MiB of memory, entropy 2\.\d+ nats/);
  });

  test("a run cut by --snapshot and --resume ends in the same bytes as one that was not", async () => {
    const config = ["--vocab-size", "40", "--embedding-dim", "6", "--norm", "layernorm", "--no-tied"];
    await unigramLab("train", ...config, "--steps", "300", "--snapshot", "whole.snapshot");
    await unigramLab("train", ...config, "--steps", "130", "--snapshot", "part.snapshot");
    const resumed = await unigramLab(
      ...["train", "--resume", "part.snapshot", "--steps", "300", "--snapshot", "resumed.snapshot"],
    );
    expect(resumed.code).toBe(0);
    expect(await bytesOf("resumed.snapshot")).toEqual(await bytesOf("whole.snapshot"));
  });

  test("a diverging run is a recorded result", async () => {
    const { code, stdout } = await unigramLab(
      ...["train", "--vocab-size", "20", "--embedding-dim", "4", "--learning-rate", "1e30", "--json"],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trim().split("\n").at(-1) as string)).toMatchObject({
      diverged: true,
      loss: null,
    });
  });

  test("reproduce --quick writes the whole report, and a second call runs nothing again", async () => {
    const args = [
      "reproduce",
      "embedding-1d",
      "representation-collapse",
      "--quick",
      "--seeds",
      "2",
      "--out",
      "report",
    ];
    const first = await unigramLab(...args);
    expect(first.stderr).toContain("report: ");
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^Of \d+ claims \d+ hold/m);
    const written = await readdir(join(dir, "report"));
    expect(written.sort()).toEqual([
      "claims.json",
      "figures",
      "index.html",
      "journal.ndjson",
      "runs.parquet",
      "status.json",
    ]);
    const figures = await readdir(join(dir, "report/figures"));
    expect(figures.filter((name) => name.endsWith(".png")).length).toBeGreaterThanOrEqual(2);
    expect(figures.map((name) => name.replace(/\.\w+$/, ""))).toEqual(
      expect.arrayContaining(["embedding-1d", "representation-collapse"]),
    );
    const page = await readFile(join(dir, "report/index.html"), "utf8");
    expect(page).toContain("This is the quick profile");
    expect(page).not.toMatch(/(src|href)="https?:/);
    const claims = JSON.parse(await readFile(join(dir, "report/claims.json"), "utf8"));
    for (const claim of claims)
      expect(claim).toMatchObject({
        experiment: expect.stringMatching(/embedding-1d|representation-collapse/),
        claim: expect.any(String),
        quantity: expect.any(String),
        measured: { mean: expect.any(Number), standardDeviation: expect.any(Number), seeds: 2 },
        verdict: expect.stringMatching(/^(holds|fails|inconclusive)$/),
      });
    const rows = await parquetRows("report/runs.parquet");
    expect(new Set(rows.map(({ run }) => run)).size).toBeGreaterThan(4);
    expect(rows[0]).toHaveProperty("optimizer.beta1");

    const journal = await bytesOf("report/journal.ndjson");
    const second = await unigramLab(...args, "--json");
    expect(JSON.parse(second.stdout)).toEqual(claims);
    expect(await bytesOf("report/journal.ndjson")).toEqual(journal);
  });

  test("Ctrl-C stops and keeps the runs that are finished", async () => {
    const child = spawn(cli(), ["reproduce", "--seeds", "1", "--out", "interrupted"], { cwd: dir });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
    const journal = join(dir, "interrupted/journal.ndjson");
    while (!existsSync(journal) || stderr === "") await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    expect(await exit).toBe(130);
    const [, kept, all] = /interrupted: (\d+) of (\d+) runs are finished and kept/.exec(stderr) ?? [];
    const lines = (await readFile(journal, "utf8")).split("\n").length - 1;
    expect(lines).toBeGreaterThanOrEqual(Number(kept));
    // in the midst of it
    expect(Number(kept)).toBeLessThan(Number(all));
    expect((await readdir(join(dir, "interrupted"))).filter((name) => name.startsWith("lock"))).toEqual([]);
  });

  test("Ctrl-C in the middle of a sweep, then the same command, gives every run once", async () => {
    const args = [
      "sweep",
      "--vary",
      "vocabSize=10,20,30,40,300",
      "--vary",
      // the first of the long ones is done when seconds of work are left
      "steps=200,10000",
      "--out",
      "swept",
    ];
    const child = spawn(cli(), args, { cwd: dir });
    const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
    const journal = join(dir, "swept/journal.ndjson");
    while (!existsSync(journal) || (await readFile(journal)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGINT");
    expect(await exit).toBe(130);
    const kept = (await readFile(journal, "utf8")).trim().split("\n");
    expect((await unigramLab(...args)).code).toBe(0);
    const all = (await readFile(journal, "utf8")).trim().split("\n");
    expect(all.slice(0, kept.length)).toEqual(kept);
    expect(all).toHaveLength(10);
    const rows = await parquetRows("swept/runs.parquet");
    expect(new Set(rows.map(({ run }) => run)).size).toBe(10);
  });
});

describe("the library", () => {
  test("imports from plain JavaScript, and the README's example runs", async () => {
    const readme = await readFile("README.md", "utf8");
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] as string;
    const shorter = example.replace("steps: 3000", "steps: 100");
    expect(shorter).not.toBe(example);
    expect(await script("example.mjs", shorter)).toMatch(/^0 [\d.]+ [\d.]+\n100 /);
  });

  test("a sweep runs on threads from the installed package", async () => {
    const out = await script(
      "sweep.mjs",
      `import { sweep } from "unigram-lab/sweep";
       const ends = [];
       for await (const { config, records } of sweep({ base: { vocabSize: 20, embeddingDim: 4, steps: 50 }, axes: { learningRate: [0.001, 0.01] }, seeds: 2 }, { threads: 2 }))
         ends.push([config.learningRate, config.seed, records.at(-1).step]);
       console.log(JSON.stringify(ends.sort()));`,
    );
    expect(JSON.parse(out)).toEqual([
      [0.001, 0, 50],
      [0.001, 1, 50],
      [0.01, 0, 50],
      [0.01, 1, 50],
    ]);
  });

  test("a ConfigError of one entry is one of another", async () => {
    const out = await script(
      "errors.mjs",
      `import { ConfigError, parseConfig } from "unigram-lab";
       import { sweepConfigs } from "unigram-lab/sweep";
       for (const call of [() => sweepConfigs({ seeds: 0 }), () => parseConfig({ seed: -1 }), () => null.x])
         try { call(); } catch (error) { console.log(error instanceof ConfigError); }`,
    );
    expect(out).toBe("true\ntrue\nfalse");
  });

  test("a corpus is made of text where gpt-tokenizer is not installed, but for GPT-2's tokens", async () => {
    const out = await script(
      "corpus.mjs",
      `import { ConfigError } from "unigram-lab";
       import { corpusStatistics, tokenize } from "unigram-lab/corpus";
       const { tokens, vocabulary } = await tokenize("to be or not to be", { tokenizer: "whitespace" });
       console.log(vocabulary.join(), corpusStatistics(tokens).types);
       await tokenize("to be", { tokenizer: "gpt2" }).catch((error) => console.log(error instanceof ConfigError, error.message));`,
    );
    expect(out).toBe(
      "to,be,or,not 4\ntrue tokenizer: gpt2 takes a package that is not installed: npm install gpt-tokenizer",
    );
  });

  test("WebGPU where the package webgpu is missing or does not load: one line that says what to do", async () => {
    const program = `import { ConfigError, createTrainer } from "unigram-lab";
       import { webgpu } from "unigram-lab/webgpu";
       await createTrainer({ arithmetic: "relaxed" }, { backend: webgpu() }).catch((error) =>
         console.log(error instanceof ConfigError, error.message));`;
    expect(await script("gpu.mjs", program)).toBe(
      "true backend: expected WebGPU, which is not here; in Node, install the package webgpu: npm install webgpu",
    );
    // one that is there, without its library
    const peer = join(dir, "node_modules/webgpu");
    await mkdir(peer);
    await writeFile(
      join(peer, "package.json"),
      '{ "name": "webgpu", "version": "0.6.2", "main": "index.cjs" }',
    );
    await writeFile(join(peer, "index.cjs"), 'require("./dist/linux-x64.dawn.node");');
    const said = await script("gpu.mjs", program);
    await rm(peer, { recursive: true });
    expect(said).toBe(
      "true backend: the package webgpu does not load here: Cannot find module './dist/linux-x64.dawn.node'",
    );
  });

  test("require() of the ES module works", async () => {
    await writeFile(
      join(dir, "common.cjs"),
      'const { entropy, tokenProbabilities } = require("unigram-lab"); console.log(entropy(tokenProbabilities({ kind: "zipf", exponent: 1 }, 10)).toFixed(6));',
    );
    const { stdout } = await run(process.execPath, ["common.cjs"], { cwd: dir });
    expect(stdout.trim()).toBe("1.993806");
  });

  test("require() of every entry works", async () => {
    await writeFile(
      join(dir, "entries.cjs"),
      `const entries = ["unigram-lab", "unigram-lab/sweep", "unigram-lab/report", "unigram-lab/browser", "unigram-lab/corpus", "unigram-lab/webgpu"].map(require);
       console.log(entries.map(({ train, sweep, writeReport, trainInWorker, tokenize, webgpu }) => typeof (train ?? sweep ?? writeReport ?? trainInWorker ?? tokenize ?? webgpu)).join());`,
    );
    const { stdout } = await run(process.execPath, ["entries.cjs"], { cwd: dir });
    expect(stdout.trim()).toBe("function,function,function,function,function,function");
  });

  test("types check under strict TypeScript with skipLibCheck off", async () => {
    await writeFile(
      join(dir, "typed.ts"),
      `import { createTrainer, train, warmup, type RunConfigInput } from "unigram-lab";
       import { sweep, type RunResult } from "unigram-lab/sweep";
       import { writeRecords } from "unigram-lab/report";
       import { corpusStatistics, tokenize } from "unigram-lab/corpus";
       const bits: number = corpusStatistics((await tokenize("a b a", { tokenizer: "bytes" })).tokens).entropy.plugIn; void bits;
       const config: RunConfigInput = { vocabSize: 10, learningRate: warmup(0.01, 100), evaluation: { kind: "sampled" } };
       for await (const record of train(config)) { const loss: number | null = record.loss; void loss; }
       const trainer = await createTrainer(config);
       const step: number = (await trainer.step({ inputs: new Uint32Array(128), targets: new Uint32Array(128) })).step;
       const runs: RunResult[] = [];
       for await (const run of sweep({ base: config, seeds: step })) runs.push(run);
       await writeRecords("runs.csv", runs);
       // @ts-expect-error a misspelt field
       await createTrainer({ vocabsize: 10 });
`,
    );
    await checkTypes(["typed.ts"], ["es2023", "dom"]);
  });

  test("types of WebGPU check where there are none of the browser's", async () => {
    await writeFile(
      join(dir, "gpu.ts"),
      `import { createTrainer } from "unigram-lab";
       import { webgpu, type ComputedBy, type WebGpuOptions } from "unigram-lab/webgpu";
       const options: WebGpuOptions = { powerPreference: "high-performance", allowFallbackAdapter: true };
       const backend = webgpu(options);
       const { adapter }: ComputedBy = await backend.device.computedBy(); void adapter;
       const step: number = (await (await createTrainer({ arithmetic: "relaxed" }, { backend })).step()).step; void step;
       // @ts-expect-error a misspelt option
       webgpu({ powerpreference: "low-power" });
`,
    );
    // what every runtime has
    await writeFile(
      join(dir, "globals.d.ts"),
      "declare namespace WebAssembly { interface Module {} }\ninterface AbortSignal {}\n",
    );
    await checkTypes(["gpu.ts", "globals.d.ts"], ["es2023"]);
    await writeFile(
      join(dir, "navigator.ts"),
      'import { webgpu } from "unigram-lab/webgpu"; webgpu({ gpu: navigator.gpu });\n',
    );
    await checkTypes(["navigator.ts"], ["es2023", "dom"]);
  });
});

/** Strict TypeScript with skipLibCheck off. */
async function checkTypes(names: string[], lib: string[]): Promise<void> {
  const options = { strict: true, noEmit: true, skipLibCheck: false, module: "nodenext", target: "es2023" };
  const compilerOptions = { ...options, lib, types: [] };
  await writeFile(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions, files: names }));
  const tsc = join(process.cwd(), "node_modules/.bin/tsc");
  const { stdout } = await run(tsc, ["-p", dir]).catch((error) => error);
  expect(stdout).toBe("");
}
