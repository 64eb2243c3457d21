/**
 * `npm run bench`: checks, then times kernels, steps, evaluation, the spectrum and growth; `-- --save` keeps the raw
 * figures in bench/results, `-- --only kernels,steps` takes some of the parts, `-- --against <git ref>` compares the steps of two commits. Against PyTorch: `npm run bench:peers`.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createTrainer } from "../dist/index.js";
import { finishedRuns, sweep } from "../dist/sweep.js";
import { benchAgainst } from "./against.mjs";
import { benchGrowth, measureStep } from "./growth.mjs";
import { hardware } from "./hardware.mjs";
import { benchKernels } from "./kernels.mjs";
import { fileOf, save } from "./rawResults.mjs";
import { besideRoof, wide } from "./roof.mjs";
import { sizes } from "./sizes.mjs";

const { values } = parseArgs({
  options: {
    save: { type: "boolean", default: false },
    against: { type: "string" },
    only: { type: "string", default: "kernels,steps,evaluation,growth,pool,reproduce" },
  },
});
const wanted = values.against ? [] : values.only.split(",");
const vectorBits = wide ? 256 : 128;
const show = (x) => Number(x.toPrecision(3));
const result = { environment: { ...hardware(), vectorBits } };

/** The kernel and the f64 reference on one small run, or nothing is timed. */
async function check() {
  const config = { vocabSize: 90, embeddingDim: 17, batchSize: 30 };
  const losses = [];
  for (const backend of ["wasm", "reference"]) {
    const trainer = await createTrainer(config, { backend });
    losses.push((await trainer.advance(30)).loss);
    trainer.dispose();
  }
  if (!(Math.abs(losses[0] - losses[1]) < 2e-6 * losses[1]))
    throw new Error(`kernel and reference disagree: ${losses}`);
}
await check();
console.log("kernel and reference agree");

if (wanted.includes("kernels")) {
  const kernels = await benchKernels();
  result.kernels = kernels;
  console.log(`roof ${show(kernels.roofGigaflops)} GFLOP/s`);
  for (const name of ["logits", "dx", "dU"])
    console.log(
      `${name} ${show(kernels[name].gigaflops)} GFLOP/s, ${show(100 * kernels[name].ofRoof)} % of the roof`,
    );
  const { exp, adam, draw } = kernels.nanoseconds;
  console.log(
    `exp ${show(exp)} ns a value, Adam ${show(adam)} ns a parameter, ${show(draw)} ns a token drawn`,
  );
}

if (wanted.includes("steps")) {
  result.steps = [];
  for (const [vocabSize, embeddingDim] of sizes) {
    const step = await measureStep({ vocabSize, embeddingDim }, { turns: 15 });
    result.steps.push(step);
    console.log(
      `V ${vocabSize}, D ${embeddingDim}: ${show(step.milliseconds)} ms a step, ${show(step.gigaflops)} GFLOP/s by 6uVD, ${show(100 * step.ofRoof)} % of the roof, ${show(step.mebibytes)} MiB`,
    );
  }
}

if (wanted.includes("evaluation")) {
  result.evaluation = [];
  const timed = async (label, flops, call) => {
    await call();
    const rate = await besideRoof(
      flops,
      async () => {
        const from = performance.now();
        await call();
        return performance.now() - from;
      },
      9,
    );
    result.evaluation.push({ label, ...rate });
    const { milliseconds, gigaflops, ofRoof } = rate;
    console.log(
      `${label}: ${show(milliseconds)} ms${flops ? `, ${show(gigaflops)} GFLOP/s, ${show(100 * ofRoof)} % of the roof` : ""}`,
    );
  };
  for (const vocabSize of [1000, 10000]) {
    const trainer = await createTrainer({ vocabSize, embeddingDim: 100 }, { vectorBits });
    await timed(`exact loss, V ${vocabSize}, D 100`, 2 * vocabSize * vocabSize * 100, () =>
      trainer.evaluate(),
    );
    trainer.dispose();
  }
  const sampled = await createTrainer({ vocabSize: 10000, evaluation: { kind: "sampled", size: 2_000_000 } });
  await timed("loss on 2,000,000 samples, V 10000, D 100", 0, () => sampled.evaluate());
  sampled.dispose();
  const square = await createTrainer({ vocabSize: 1000, embeddingDim: 1000 });
  await timed("spectrum, V = D = 1000", 0, () => square.spectrum());
  square.dispose();
}

if (wanted.includes("growth"))
  result.growth = await benchGrowth((label, { milliseconds, mebibytes, gigaflops }) =>
    console.log(
      `${label}: ${show(milliseconds)} ms a step, ${show(gigaflops)} GFLOP/s, ${show(mebibytes)} MiB`,
    ),
  );

if (wanted.includes("pool")) {
  // runs of about 20 ms, one evaluation at either end
  const [threads, runs, steps] = [2, 1000, 280];
  const base = { steps, evaluateEvery: steps, spectrum: false };
  let stepSeconds = 0;
  const from = performance.now();
  for await (const run of sweep({ base, seeds: runs }, { threads })) stepSeconds += run.stepSeconds;
  const seconds = (performance.now() - from) / 1000;
  result.pool = { runs, threads, seconds, inSteps: stepSeconds / threads / seconds };
  console.log(
    `pool: ${runs} runs of ${show((1000 * stepSeconds) / runs)} ms on ${threads} threads in ${show(seconds)} s, ${show(100 * result.pool.inSteps)} % of it in steps`,
  );
}

if (wanted.includes("reproduce")) {
  const out = await mkdtemp(join(tmpdir(), "unigram-lab-reproduce-"));
  const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const from = performance.now();
  execFileSync(process.execPath, [cli, "reproduce", "--seeds", "1", "--out", out], { stdio: "ignore" });
  const seconds = (performance.now() - from) / 1000;
  let [stepSeconds, runSeconds] = [0, 0];
  for await (const run of finishedRuns(out)) {
    stepSeconds += run.stepSeconds;
    runSeconds += run.seconds;
  }
  await rm(out, { recursive: true });
  result.reproduce = { seconds, runSeconds, outsideSteps: 1 - stepSeconds / runSeconds };
  console.log(
    `reproduce, one seed: ${show(seconds)} s, ${show(100 * result.reproduce.outsideSteps)} % of the runs' time outside steps`,
  );
}

if (values.against) result.against = await benchAgainst(values.against);

if (values.save) await save(fileOf("bench", result.environment.date), result);
