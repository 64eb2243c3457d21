/** A page that trains in a Web Worker: records as they come, a button that stops it, and no frame lost. */
import { ConfigError } from "unigram-lab";
import { trainInWorker } from "unigram-lab/browser";

const output = document.querySelector("#output");
let controller = new AbortController();

// for the test: what came, what went wrong, and the times between two turns of the page
const seen = { records: [], error: undefined, finished: 0, snapshotBytes: 0, gaps: [] };
globalThis.seen = seen;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  if (!controller.signal.aborted) seen.gaps.push(now - last);
  last = now;
}, 5);

globalThis.start = async (config) => {
  controller = new AbortController();
  Object.assign(seen, { records: [], error: undefined, gaps: [] });
  try {
    const run = trainInWorker(config, { signal: controller.signal });
    for await (const record of run) {
      seen.records.push(record);
      output.textContent = `step ${record.step}: excess loss ${record.excessLoss?.toFixed(4)} nats`;
    }
    seen.snapshotBytes = (await run.snapshot).length;
    seen.finished++;
  } catch (error) {
    seen.error = `${error instanceof ConfigError ? "ConfigError" : error.name}: ${error.message}`;
    output.textContent = seen.error;
  }
};
document.querySelector("#start").onclick = () =>
  globalThis.start({ vocabSize: 1000, embeddingDim: 100, steps: 100_000, evaluateEvery: 20 });
document.querySelector("#stop").onclick = () => controller.abort();
