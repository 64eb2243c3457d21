/** How quick the page is: for the bench, and loosely for the tests. Each takes an open page and gives raw figures. */
import { encodeLink } from "./configs.js";
import { whenOpen } from "./pages.js";

const evaluateAt = { kind: "log", perDecade: 10 };

/** Four runs at V = D = 100 that do not end meanwhile, in the panels that the page begins with. */
export const fourRuns = (url) =>
  encodeLink(
    {
      runs: [0.001, 0.003, 0.01, 0.03].map((learningRate) => ({
        config: { vocabSize: 100, embeddingDim: 100, learningRate, steps: 1_000_000, evaluateAt },
      })),
    },
    url,
  );

/** One run whose sliders are dragged. */
export const smallRun = (url) =>
  encodeLink({ runs: [{ config: { vocabSize: 10, embeddingDim: 1, steps: 3000, evaluateAt } }] }, url);

/**
 * While runs go on: frames a second; seconds that workers spent in steps and in all that they did for the runs; steps a
 * second of each run.
 */
export async function busy(page, seconds) {
  await whenOpen(page);
  await page.waitForTimeout(3000);
  return page.evaluate(async (duration) => {
    const lives = () => globalThis.lab.runs.value.flatMap((run) => run.lives.map(({ live }) => live));
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const read = () => ({
      time: performance.now(),
      steps: lives().map(({ step }) => step),
      inSteps: sum(lives().map(({ seconds }) => seconds.steps)),
      other: sum(lives().map(({ seconds }) => seconds.other)),
    });
    const times = [];
    let isOver = false;
    const frame = (time) => {
      times.push(time);
      if (!isOver) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const before = read();
    await new Promise((resolve) => setTimeout(resolve, duration * 1000));
    const after = read();
    isOver = true;
    const wall = (after.time - before.time) / 1000;
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    return {
      seconds: wall,
      workers: Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1)),
      framesPerSecond: (1000 * gaps.length) / sum(gaps),
      longestFrame: Math.max(...gaps),
      inSteps: after.inSteps - before.inSteps,
      other: after.other - before.other,
      stepsPerSecond: after.steps.map((step, i) => (step - before.steps[i]) / wall),
    };
  }, seconds);
}

/** Milliseconds from a slider's input event until the curve of the whole new run is drawn, one after another. */
export async function latencies(page, count) {
  await whenOpen(page);
  await page.waitForTimeout(1000);
  return page.evaluate(async (events) => {
    const { lab } = globalThis;
    const run = lab.runs.value[0];
    // α, behind V and D
    const alpha = document.querySelectorAll(".controls input[type=range]")[2];
    let drawn = () => {};
    const { stroke } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.stroke = function (...path) {
      stroke.apply(this, path);
      if (this.canvas.closest('[data-panel="excess-loss"]')) drawn();
    };
    const found = [];
    let position = Number(alpha.value);
    for (let i = 0; i < events; i++) {
      position = 200 + ((position + 7) % 300);
      const before = run.replicas.value[0].records;
      const took = new Promise((resolve, reject) => {
        const end = setTimeout(() => reject(new Error("the new run is not drawn within a minute")), 60_000);
        const from = performance.now();
        drawn = () => {
          // the earlier run's records are kept until there is one of the new
          const [{ config, records }] = run.replicas.value;
          if (records === before || records.at(-1)?.step !== config.steps) return;
          drawn = () => {};
          clearTimeout(end);
          resolve(performance.now() - from);
        };
        alpha.value = String(position);
        alpha.dispatchEvent(new Event("input", { bubbles: true }));
      });
      found.push(await took);
      // a hand is not quicker
      await new Promise((resolve) => setTimeout(resolve, 20 + (i % 7)));
    }
    alpha.dispatchEvent(new Event("change", { bubbles: true }));
    CanvasRenderingContext2D.prototype.stroke = stroke;
    return found;
  }, count);
}

/** Whole runs a second that are shown while a slider is dragged without a pause, an input event a frame. */
export async function reruns(page, seconds) {
  await whenOpen(page);
  return page.evaluate(async (duration) => {
    const run = globalThis.lab.runs.value[0];
    const alpha = document.querySelectorAll(".controls input[type=range]")[2];
    const whole = new Set();
    // the next may have begun when they are drawn
    const leave = run.replicas.subscribe(([{ config, records }]) => {
      if (records.at(-1)?.step === config.steps) whole.add(records);
    });
    whole.clear();
    let frames = 0;
    let position = 100;
    const from = performance.now();
    let to = from;
    while (to - from < duration * 1000) {
      to = await new Promise((resolve) => requestAnimationFrame(resolve));
      frames++;
      // no value comes twice
      position = (position + 1) % 1000;
      alpha.value = String(position);
      alpha.dispatchEvent(new Event("input", { bubbles: true }));
    }
    alpha.dispatchEvent(new Event("change", { bubbles: true }));
    leave();
    return { seconds: (to - from) / 1000, frames, runs: whole.size };
  }, seconds);
}
