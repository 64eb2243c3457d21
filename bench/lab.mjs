/**
 * How quick the lab's page is, in a headless Chromium without a GPU on this machine (`npm ci` in test/lab).
 *   node bench/lab.mjs [--seconds 15] [--events 300] [--save]
 * Four runs at V = D = 100 in the panels that the page begins with: frames a second, and the workers' time in steps. One run
 * at (10,1) whose slider is moved: milliseconds from the input event until the whole new run is drawn, and re-runs a second.
 */
import { parseArgs } from "node:util";
import { busy, fourRuns, latencies, reruns, smallRun } from "../test/lab/measures.js";
import { openChromium, serveLab, withPage } from "../test/lab/pages.js";
import { hardware } from "./hardware.mjs";
import { fileOf, save } from "./rawResults.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "15" },
    events: { type: "string", default: "300" },
    save: { type: "boolean", default: false },
  },
});

const server = await serveLab();
const browser = await openChromium();
const opened = async (link, use) => withPage(browser, await link(server.url), use);
try {
  const four = await opened(fourRuns, (page) => busy(page, Number(values.seconds)));
  const milliseconds = await opened(smallRun, (page) => latencies(page, Number(values.events)));
  const dragged = await opened(smallRun, (page) => reruns(page, Number(values.seconds)));
  const raw = {
    environment: { ...hardware(), chromium: browser.version() },
    four,
    latency: { milliseconds: milliseconds.map((one) => Number(one.toFixed(1))) },
    dragged,
  };
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  console.log(JSON.stringify({ ...raw, latency: { p50: at(0.5), p95: at(0.95) } }, null, 1));
  if (values.save) await save(fileOf("lab", raw.environment.date), raw);
} finally {
  await browser.close();
  await server.stop();
}
