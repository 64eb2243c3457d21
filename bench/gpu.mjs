/**
 * The WebGPU backend on this machine's card, in one command: right first, then timed. Takes dist/ alone and Dawn, the package
 * `webgpu` (as `npm run webgpu` installs it) or, by DAWN=/path/dawn.node, its addon.
 *   node bench/gpu.mjs [--sizes 50304x100,100x100x1056] [--turns 5] [--turn 0.3] [--steps N] [--seconds 240]
 *     [--shaders] [--scan gpuScan.json] [--dawn FLAG,…] [--torch "python3 baseline.py"] [--reproduce] [--quick] [--fallback]
 *     [--out FILE | --save]
 * `--dawn` hands Dawn more flags, such as enable-dawn-features=disable_robustness.
 * A size is V×D, or V×D×models for many at once. A turn is as many steps as `--turn` seconds take, or `--steps` of them;
 * `--seconds` ends the timing; what would come later is not measured. `--shaders` times every dispatch, too. `--scan` takes a list
 * of `{ name, plan: { … } }`, variants of the backend's options, and times every size with each. `--torch` is a program that
 * prints lines of JSON, `{ V, D, M, form, tf32, us }`. `--reproduce` times `reproduce --seeds 5 --backend webgpu`. `--fallback`
 * takes an adapter in software, `--quick` leaves the longer checks out.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createTrainer } from "../dist/index.js";
import * as entry from "../dist/webgpu.js";
import { checkGpu } from "./gpuCheck.mjs";
import { goals, gpuTables } from "./gpuTable.mjs";
import { hardware } from "./hardware.mjs";
import { median } from "./paired.mjs";
import { fileOf, save as saveRaw } from "./rawResults.mjs";

const { values } = parseArgs({
  options: {
    sizes: { type: "string" },
    turns: { type: "string", default: "5" },
    turn: { type: "string", default: "0.3" },
    steps: { type: "string" },
    seconds: { type: "string", default: "240" },
    shaders: { type: "boolean", default: false },
    scan: { type: "string" },
    dawn: { type: "string" },
    torch: { type: "string" },
    reproduce: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    fallback: { type: "boolean", default: false },
    out: { type: "string" },
    save: { type: "boolean", default: false },
  },
});
const show = (x) => Number(x.toPrecision(3));

/** Timestamps as they are: a page's are rounded, so that nobody can be told by them. */
const { create, dawn } = await import("./dawn.mjs");
const gpu = create(["disable-dawn-features=timestamp_quantization", ...(values.dawn?.split(",") ?? [])]);
const backendOf = (options = {}) => entry.webgpu({ gpu, allowFallbackAdapter: values.fallback, ...options });

/** One model, or many at once, as `advance(steps)`; undefined where this build cannot. */
async function open({ vocabSize, embeddingDim, members = 1 }, backend) {
  const config = { vocabSize, embeddingDim, steps: 1e9, spectrum: false, arithmetic: "relaxed" };
  if (members === 1) return createTrainer(config, { backend });
  const configs = Array.from({ length: members }, (_, seed) => ({ ...config, seed }));
  return entry.createEnsemble?.(configs, { backend });
}

/** Steps a turn: as many as take `--turn` seconds, found by doubling, which warms up as well. */
async function stepsOfTurn(run) {
  if (values.steps) {
    await run.advance(Number(values.steps));
    return Number(values.steps);
  }
  const wanted = Number(values.turn);
  for (let steps = 1; ; steps *= 2) {
    const from = performance.now();
    await run.advance(steps);
    const seconds = (performance.now() - from) / 1000;
    if (seconds > wanted / 2) return Math.max(1, Math.round((steps * wanted) / seconds));
  }
}

const summary = (turns) => ({ median: median(turns), min: Math.min(...turns), turns });

/** µs a step, of all members at once: `wall`, or, where the backend times itself, `gpu` and `shaders`. */
async function measure(size, options) {
  const backend = backendOf(options);
  const timing = options.timing !== undefined;
  if (timing && !backend.device.profile) return {};
  const run = await open(size, backend);
  if (!run) return {};
  try {
    const steps = await stepsOfTurn(run);
    const [wall, own] = [[], []];
    let shaders;
    if (timing) await backend.device.profile();
    for (let turn = 0; turn < Number(values.turns); turn++) {
      const from = performance.now();
      await run.advance(steps);
      wall.push((1000 * (performance.now() - from)) / steps);
      if (!timing) continue;
      const profile = await backend.device.profile();
      own.push(profile.nanoseconds / 1000 / steps);
      shaders = Object.fromEntries(
        Object.entries(profile.shaders).map(([name, nanoseconds]) => [name, nanoseconds / 1000 / steps]),
      );
    }
    if (!timing) return { steps, wall: summary(wall) };
    return options.timing === "shaders" ? { shaders } : { gpu: summary(own) };
  } finally {
    run.dispose();
  }
}

/** A size in every way that is asked for; what fails says so and does not end the rest. */
async function measureSize(size, options = {}) {
  const result = { ...size };
  for (const timing of [undefined, "submissions", ...(values.shaders ? ["shaders"] : [])]) {
    if (!isTimeLeft()) break;
    const asked = timing ? { ...options, timing } : options;
    try {
      Object.assign(result, await measure(size, asked));
    } catch (error) {
      result.errors = [...(result.errors ?? []), `${timing ?? "wall"}: ${error.message.split("\n")[0]}`];
    }
  }
  return result;
}

function inWords({ vocabSize, embeddingDim, members = 1, wall, gpu, shaders, errors = [] }) {
  const times = [
    gpu && `GPU ${show(gpu.median)} µs a step`,
    wall && `wall ${show(wall.median)} µs`,
    members > 1 && wall && `${((members / wall.median) * 1e6).toExponential(2)} steps/s`,
    ...Object.entries(shaders ?? {}).map(([name, time]) => `${name} ${show(time)}`),
    ...errors,
  ].filter(Boolean);
  const size =
    members > 1 ? `${vocabSize}, ${embeddingDim}, ${members} models` : `${vocabSize}, ${embeddingDim}`;
  return `${size}: ${times.join(", ") || "not measured"}`;
}

/** The lines of JSON that a program prints; others are passed over. */
async function linesOf(command) {
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "inherit"] });
  const rows = [];
  for await (const line of createInterface({ input: child.stdout })) {
    try {
      rows.push(JSON.parse(line));
    } catch {}
  }
  return rows;
}

/** Seconds of the post's experiments on five seeds, or why there are none. */
async function reproduce() {
  const out = await mkdtemp(join(tmpdir(), "unigram-lab-reproduce-"));
  const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const args = ["reproduce", "--seeds", "5", "--backend", "webgpu", "--out", out];
  if (values.fallback) args.push("--allow-fallback-adapter");
  // its webgpu is the one that is timed here
  const hooks = new URL("dawnAsPeer.mjs", import.meta.url).href;
  const from = performance.now();
  const child = spawn(process.execPath, ["--import", hooks, cli, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said = (said + text).slice(-2000);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  const seconds = (performance.now() - from) / 1000;
  await rm(out, { recursive: true, force: true });
  return code === 0 ? { seconds } : { error: said.trim().split("\n").at(-1) };
}

const checked = backendOf();
const computedBy = await checked.device.computedBy();
const environment = { ...hardware(), ...computedBy, dawn, flags: values.dawn };
if (process.env.COMMIT) environment.commit = process.env.COMMIT;
console.log(`${computedBy.adapter} (${computedBy.driver}), Dawn ${dawn}, commit ${environment.commit}`);
const checks = await checkGpu(checked, { quick: values.quick });
const worst = Math.max(...checks.map(({ weights }) => weights));
console.log(`as the reference: ${checks.length} runs, weights ${worst.toExponential(1)} apart at most`);

const chosen = values.sizes
  ? values.sizes.split(",").map((text) => {
      const [vocabSize, embeddingDim, members = 1] = text.split("x").map(Number);
      return { vocabSize, embeddingDim, members };
    })
  : goals.map(({ vocabSize, embeddingDim, members = 1 }) => ({ vocabSize, embeddingDim, members }));

const began = performance.now();
const isTimeLeft = () => performance.now() - began < 1000 * Number(values.seconds);
const results = [];
for (const size of chosen) {
  const result = await measureSize(size);
  results.push(result);
  console.log(inWords(result));
}

const scan = [];
if (values.scan)
  for (const { name, ...options } of JSON.parse(await readFile(values.scan, "utf8")))
    for (const size of chosen) {
      if (!isTimeLeft()) break;
      const result = { name, ...(await measureSize(size, options)) };
      scan.push(result);
      console.log(`${name}: ${inWords(result)}`);
    }

const all = { environment, checks, results, scan };
const file = values.out ?? (values.save && fileOf("gpu", environment.date));
// what there is so far, should what follows take longer than somebody waits
const save = () => file && saveRaw(file, all);
await save();
if (values.torch) all.torch = await linesOf(values.torch);
if (values.reproduce) all.reproduce = await reproduce();
await save();

for (const { head, rows } of gpuTables(all)) {
  const widths = head.map((cell, i) =>
    Math.max(...[cell, ...rows.map((row) => row[i])].map(({ length }) => length)),
  );
  console.log();
  for (const row of [head, ...rows]) console.log(row.map((cell, i) => cell.padStart(widths[i])).join("  "));
}
console.log("–: not measured");
const { seconds, error } = all.reproduce ?? {};
console.log(
  `\nreproduce --seeds 5: ${seconds ? `${show(seconds)} s` : `not measured${error ? `: ${error}` : ""}`}`,
);
process.exit();
