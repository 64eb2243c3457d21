/**
 * Our step against other frameworks', turn by turn in one run:
 *   npm run bench:peers -- [--sizes 10x1,100x100] [--turns 15] [--patience 60] [--roof 39] [--save [--as name] [--again]]
 *     [--with "pytorch eager"]
 * PyTorch (python3-torch; with libopenblas0-pthread, or its products run on Debian's reference BLAS), TensorFlow.js and
 * jax-js (`npm ci` in bench/peers). Each must get our losses from our weights and batches before it is timed; what is not
 * installed is left out and said so. A pair has `--turns` turns undisturbed by neighbours, or what `--patience` seconds
 * give; `--roof` is the machine's best rate in GFLOP/s, where the first minutes may not show it. Raw results go to
 * bench/results; `--again` goes on with today's, for the pairs that neighbours left short of undisturbed turns. `--with`
 * times one of the others only.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { createTrainer } from "../dist/index.js";
import { sweep } from "../dist/sweep.js";
import { hardware } from "./hardware.mjs";
import { median, paired, ratio, undisturbed } from "./paired.mjs";
import { startPyTorch } from "./peers/pytorch.mjs";
import { fileOf, read, save } from "./rawResults.mjs";
import { oneCore, twoCores } from "./roof.mjs";
import { sizes } from "./sizes.mjs";

const { values } = parseArgs({
  options: {
    sizes: { type: "string" },
    turns: { type: "string", default: "15" },
    seconds: { type: "string", default: "0.25" },
    patience: { type: "string", default: "60" },
    roof: { type: "string", default: "0" },
    save: { type: "boolean", default: false },
    as: { type: "string", default: "peers" },
    again: { type: "boolean", default: false },
    with: { type: "string" },
  },
});
oneCore.isAtLeast(Number(values.roof));
const batchSize = 128;
/** As the command line does it: node --experimental-wasm-revectorize bench/peers.mjs --as revectorized. */
const vectorBits = process.execArgv.includes("--experimental-wasm-revectorize") ? 256 : 128;
/** Beyond this the frameworks in JavaScript take a second a step. */
const LARGEST_FOR_JS = 1_000_000;

const timed = async (work) => {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
};

const ours = (threads) => ({
  name: threads === 1 ? "unigram-lab" : `unigram-lab, ${threads} threads`,
  async make(vocabSize, embeddingDim) {
    const config = { vocabSize, embeddingDim, batchSize, steps: 1e9, spectrum: false };
    const trainer = await createTrainer(config, { threads, vectorBits });
    return {
      seconds: (steps) => timed(() => trainer.advance(steps)),
      dispose: () => trainer.dispose(),
    };
  },
});

const pytorch = (form, threads) => ({
  name: `pytorch ${form}${threads === 1 ? "" : `, ${threads} threads`}`,
  async losses(config, embedding, batches) {
    const peer = await startPyTorch(threads);
    const plain = batches.map(({ inputs, targets }) => ({ inputs: [...inputs], targets: [...targets] }));
    const { losses } = await peer.ask({
      check: { ...config, form, embedding: [...embedding], batches: plain },
    });
    peer.stop();
    return losses;
  },
  async make(vocabSize, embeddingDim) {
    const peer = await startPyTorch(threads);
    await peer.ask({ make: { vocabSize, embeddingDim, batchSize, form } });
    return { seconds: async (steps) => (await peer.ask({ steps })).seconds, dispose: () => peer.stop() };
  },
});

const framework = (name, { createModel }) => ({
  name,
  inJs: true,
  async losses(config, embedding, batches) {
    const model = createModel(config.vocabSize, config.embeddingDim, config.batchSize, embedding);
    const losses = [];
    for (const { inputs, targets } of batches) losses.push(await model.step(inputs, targets, true));
    model.dispose();
    return losses;
  },
  async make(vocabSize, embeddingDim) {
    const weights = Float32Array.from({ length: vocabSize * embeddingDim }, (_, i) => Math.sin(i) * 0.1);
    const model = createModel(vocabSize, embeddingDim, batchSize, weights);
    // drawn ahead: their own drawing is not what is timed
    const batches = Array.from({ length: 16 }, () =>
      [0, 1].map(() =>
        Uint32Array.from({ length: batchSize }, () => Math.floor(vocabSize ** Math.random()) - 1),
      ),
    );
    return {
      seconds: (steps) =>
        timed(async () => {
          for (let i = 0; i < steps; i++) await model.step(...batches[i % batches.length]);
        }),
      dispose: () => model.dispose(),
    };
  },
});

/** The same losses from the same weights and batches, or there is nothing to compare. */
async function check({ name, losses }) {
  const config = { vocabSize: 60, embeddingDim: 12, batchSize: 32 };
  const trainer = await createTrainer(config);
  const { embedding } = await trainer.weights();
  const draw = (salt) => Uint32Array.from({ length: 32 }, (_, i) => (i * i * 7 + salt * 31) % 60);
  const batches = Array.from({ length: 20 }, (_, i) => ({ inputs: draw(i), targets: draw(i + 50) }));
  const expected = [];
  for (const batch of batches) expected.push((await trainer.step(batch)).loss);
  trainer.dispose();
  const got = await losses(config, embedding, batches);
  const worst = Math.max(...got.map((loss, i) => Math.abs(loss - expected[i]) / expected[i]));
  if (!(worst < 5e-6)) throw new Error(`${name} and we disagree by ${worst}`);
}

const { OPENBLAS_CORETYPE, ATEN_CPU_CAPABILITY } = process.env;
const environment = { ...hardware(), vectorBits, OPENBLAS_CORETYPE, ATEN_CPU_CAPABILITY };
const file = fileOf(values.as, environment.date);
const earlier = values.again ? await read(file) : undefined;
if (earlier) {
  for (const key of ["cpu", "node", "vectorBits"])
    if (earlier.environment[key] !== environment[key])
      throw new Error(`--again: ${key} was ${earlier.environment[key]} and is ${environment[key]}`);
  // the same code: fails where it is not
  execFileSync("git", ["diff", "--quiet", earlier.environment.commit, "--", "assembly", "src"]);
  oneCore.isAtLeast(earlier.bestRoof);
}
const chosen =
  earlier?.results.map((row) => [row.vocabSize, row.embeddingDim]) ??
  values.sizes?.split(",").map((size) => size.split("x").map(Number)) ??
  sizes;
const peers = [];
try {
  const peer = await startPyTorch(1);
  Object.assign(environment, await peer.ask({ hello: true }));
  peer.stop();
  for (const form of ["eager", "fast"]) peers.push(pytorch(form, 1));
} catch (error) {
  console.log(`left out: ${error.message}`);
}
if (existsSync(new URL("peers/node_modules", import.meta.url))) {
  peers.push(framework("jax-js", await import("./peers/jax.mjs")));
  peers.push(framework("tfjs", await import("./peers/tfjs.mjs")));
} else console.log("left out: jax-js and TensorFlow.js (npm ci in bench/peers)");
for (const peer of peers) await check(peer);
console.log(`${peers.map(({ name }) => name).join(", ")}: the same losses as ours\n`);

const show = (x) => Number(x.toPrecision(3)).toString();
const turns = Number(values.turns);
const pairing = { turns, turnSeconds: Number(values.seconds), patience: Number(values.patience) };

/** `own` beside each of the others, pair by pair, each with turns of its own. */
async function compare(vocabSize, embeddingDim, own, others, roof, earlier) {
  const ownMade = { name: own.name, ...(await own.make(vocabSize, embeddingDim)) };
  const same = (row) => row.vocabSize === vocabSize && row.embeddingDim === embeddingDim;
  const pairs = [...(earlier?.find(same)?.pairs ?? [])];
  for (const { name, make } of others) {
    if (values.with && values.with !== name) continue;
    const known = pairs.findIndex(({ other }) => other === name);
    const made = { name, ...(await make(vocabSize, embeddingDim)) };
    const done = await paired(ownMade, made, { ...pairing, roof, before: pairs[known]?.turns });
    made.dispose();
    const pair = { own: own.name, other: name, turns: done };
    pairs[known < 0 ? pairs.length : known] = pair;
    console.log(`V ${vocabSize}, D ${embeddingDim}: ${inWords(pair)}`);
  }
  ownMade.dispose();
  return { vocabSize, embeddingDim, pairs };
}

function inWords({ own, other, turns }) {
  const quiet = undisturbed(turns, oneCore.best());
  const among = (some) =>
    `${own} ${show(median(some.map((turn) => turn.own)))} ms, ${other} ${show(median(some.map((turn) => turn.other)))} ms, ${ratio(some).toFixed(2)}×`;
  return `${quiet.length ? among(quiet) : "no turn undisturbed"} (${quiet.length} undisturbed turns; all ${turns.length}: ${among(turns)})`;
}

const results = [];
console.log("ms a step, one thread each, medians; B = 128, tied, α = 1");
for (const [vocabSize, embeddingDim] of chosen) {
  const able = peers.filter(({ inJs }) => !inJs || vocabSize * embeddingDim <= LARGEST_FOR_JS);
  results.push(await compare(vocabSize, embeddingDim, ours(1), able, oneCore, earlier?.results));
}

const torch = peers.some(({ name }) => name.startsWith("pytorch"));
const threads = [];
console.log("\ntwo threads each");
const bothCores = twoCores();
for (const [vocabSize, embeddingDim] of [
  [10000, 100],
  [50304, 100],
]) {
  const others = [ours(1), ...(torch ? [pytorch("eager", 2)] : [])];
  threads.push(await compare(vocabSize, embeddingDim, ours(2), others, bothCores, earlier?.threads));
}
await bothCores.stop();

/** The exact population loss of a tied model, PyTorch's under no_grad and in blocks of 1024 inputs. */
const exactLoss = {
  name: "unigram-lab",
  async make(vocabSize, embeddingDim) {
    const trainer = await createTrainer({ vocabSize, embeddingDim, spectrum: false }, { vectorBits });
    const seconds = (count) =>
      timed(async () => {
        for (let i = 0; i < count; i++) await trainer.evaluate();
      });
    return { seconds, dispose: () => trainer.dispose() };
  },
};
const exactLossOfPyTorch = {
  name: "pytorch, no_grad",
  async make(vocabSize, embeddingDim) {
    const peer = await startPyTorch(1);
    await peer.ask({ make: { vocabSize, embeddingDim, batchSize, form: "fast" } });
    return {
      seconds: async (evaluate) => (await peer.ask({ evaluate })).seconds,
      dispose: () => peer.stop(),
    };
  },
};
const evaluations = [];
if (torch) {
  console.log("\nexact population loss, one thread each");
  for (const vocabSize of [1000, 10000])
    evaluations.push(
      await compare(vocabSize, 100, exactLoss, [exactLossOfPyTorch], oneCore, earlier?.evaluations),
    );
}

/** A sweep on two cores: our pool of two threads, and two processes of PyTorch side by side. */
async function compareSweeps() {
  const [runs, steps] = [16, 1000];
  const shape = { vocabSize: 100, embeddingDim: 100 };
  const processes = await Promise.all([0, 1].map(() => startPyTorch(1)));
  for (const peer of processes) await peer.ask({ make: { ...shape, batchSize, form: "eager" } });
  const rates = { ours: [], pytorch: [] };
  for (let turn = 0; turn < 3; turn++) {
    const base = { ...shape, steps, evaluateEvery: steps, spectrum: false };
    const own = await timed(async () => {
      for await (const _ of sweep({ base, seeds: runs }, { threads: 2, vectorBits }));
    });
    rates.ours.push((runs * steps) / own);
    const each = (runs * steps) / 8;
    const theirs = await timed(() => Promise.all(processes.map((peer) => peer.ask({ steps: each / 2 }))));
    rates.pytorch.push(each / theirs);
  }
  for (const peer of processes) peer.stop();
  const result = { ...shape, stepsPerSecond: { ours: median(rates.ours), pytorch: median(rates.pytorch) } };
  console.log(
    `\na sweep at V = D = 100 on two cores: ours ${show(result.stepsPerSecond.ours)} steps a second, two processes of PyTorch ${show(result.stepsPerSecond.pytorch)}`,
  );
  return result;
}
const sweeps = earlier ? earlier.sweeps : torch ? await compareSweeps() : undefined;

if (values.save) {
  const raw = {
    environment: { ...environment, ...earlier?.environment },
    bestRoof: oneCore.best(),
    results,
    threads,
    evaluations,
    sweeps,
  };
  await save(file, raw);
}
process.exit();
