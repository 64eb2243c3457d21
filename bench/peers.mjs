/**
 * Our step against PyTorch's, turn by turn in one run: `npm run bench:peers -- [--sizes 10x1,100x100] [--turns 7]`.
 * Needs python3-torch. Raw results go to bench/results.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createTrainer } from "../dist/index.js";
import { hardware } from "./hardware.mjs";
import { paired } from "./paired.mjs";
import { startPyTorch } from "./peers/pytorch.mjs";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "10x1,100x100,1000x100,10000x100,50304x100,100x1000,100x10000" },
    turns: { type: "string", default: "7" },
    seconds: { type: "string", default: "0.4" },
    save: { type: "boolean", default: false },
  },
});
const sizes = values.sizes.split(",").map((size) => size.split("x").map(Number));

const forms = ["eager", "fast"];
const peer = await startPyTorch(1);
const environment = { ...hardware(), ...(await peer.ask({ hello: true })) };

/** The same losses from the same weights and batches, or there is nothing to compare. */
async function check(form) {
  const config = { vocabSize: 60, embeddingDim: 12, batchSize: 32 };
  const trainer = await createTrainer(config);
  const { embedding } = await trainer.weights();
  const draw = (salt) => Uint32Array.from({ length: 32 }, (_, i) => (i * i * 7 + salt * 31) % 60);
  const batches = Array.from({ length: 20 }, (_, i) => ({ inputs: draw(i), targets: draw(i + 50) }));
  const ours = [];
  for (const batch of batches) ours.push((await trainer.step(batch)).loss);
  const plain = batches.map(({ inputs, targets }) => ({ inputs: [...inputs], targets: [...targets] }));
  const { losses } = await peer.ask({
    check: { ...config, form, embedding: [...embedding], batches: plain },
  });
  const worst = Math.max(...losses.map((loss, i) => Math.abs(loss - ours[i]) / loss));
  if (!(worst < 2e-6)) throw new Error(`PyTorch (${form}) and we disagree: ${worst} relative`);
}
for (const form of forms) await check(form);

const results = [];
console.log("ms a step, one thread, medians of turns taken alternately; B = 128, tied, α = 1");
for (const [vocabSize, embeddingDim] of sizes) {
  const trainer = await createTrainer({ vocabSize, embeddingDim, steps: 1e9, spectrum: false });
  const contenders = [
    {
      name: "unigram-lab",
      async seconds(steps) {
        const from = performance.now();
        await trainer.advance(steps);
        return (performance.now() - from) / 1000;
      },
    },
  ];
  const models = new Map();
  for (const form of forms) {
    const own = form === "eager" ? peer : await startPyTorch(1);
    await own.ask({ make: { vocabSize, embeddingDim, batchSize: 128, form } });
    models.set(form, own);
    contenders.push({
      name: `pytorch ${form}`,
      seconds: async (steps) => (await own.ask({ steps })).seconds,
    });
  }
  const times = await paired(contenders, {
    turns: Number(values.turns),
    turnSeconds: Number(values.seconds),
  });
  models.get("fast").stop();
  trainer.dispose();
  const ratio = (form) => times[`pytorch ${form}`].median / times["unigram-lab"].median;
  results.push({
    vocabSize,
    embeddingDim,
    times,
    speedup: Object.fromEntries(forms.map((form) => [form, ratio(form)])),
  });
  const show = (x) => Number(x.toPrecision(3)).toString().padStart(9);
  console.log(
    `V ${String(vocabSize).padStart(6)}  D ${String(embeddingDim).padStart(6)}  ours ${show(times["unigram-lab"].median)}  eager ${show(times["pytorch eager"].median)} (${ratio("eager").toFixed(2)}×)  fast ${show(times["pytorch fast"].median)} (${ratio("fast").toFixed(2)}×)`,
  );
}
peer.stop();
if (values.save) {
  const file = new URL(`results/peers-${environment.date.slice(0, 10)}.json`, import.meta.url);
  await writeFile(file, `${JSON.stringify({ environment, results }, null, 1)}\n`);
}
