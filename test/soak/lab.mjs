/**
 * The lab's page under random use, in a headless Chromium (`npm ci` in test/lab): its memory stays flat, and it complains of
 * nothing.
 *   node test/soak/lab.mjs [minutes, 10] [--seed 1] [--json]
 * Every half minute its heap and those of its workers are read behind a forced collection, and what its process holds, memories
 * of WebAssembly included. Exit code 1 where the page had an error or one of the heaps grew by more than 1 MiB a minute.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openChromium, serveLab, whenOpen, withPage } from "../lab/pages.js";
import { draws } from "./tools.mjs";

const MIB = 2 ** 20;

/** Everything that a hand does to the page; each takes the page and the draws. */
const uses = {
  async slider(page, draw) {
    const sliders = page.locator(".controls input[type=range]");
    const which = draw(await sliders.count());
    const to = 60 + draw(160);
    await sliders.nth(which).evaluate(async (slider, end) => {
      const from = Number(slider.value);
      for (let i = 1; i <= 12; i++) {
        slider.value = String(from + ((end - from) * i) / 12);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      slider.dispatchEvent(new Event("change", { bubbles: true }));
    }, to);
  },
  small: (page, draw) =>
    page.evaluate(
      (v) =>
        globalThis.lab.change({ vocabSize: v, embeddingDim: 1 + (v % 7), steps: 2000 }, { commit: true }),
      10 + draw(60),
    ),
  async add(page) {
    if ((await count(page)) < 6) await press(page, "+ run");
  },
  async remove(page, draw) {
    const buttons = page.getByRole("button", { name: /^remove run/ });
    const runs = await buttons.count();
    if (runs > 1) await buttons.nth(draw(runs)).click();
  },
  async fork(page, draw) {
    if ((await count(page)) >= 6) return;
    await uses.scrub(page, draw);
    await press(page, "fork");
  },
  async focus(page, draw) {
    const lines = page.locator(".runs li button.name");
    await lines.nth(draw(await lines.count())).click();
  },
  async pin(page, draw) {
    const buttons = page.getByRole("button", { name: /^pin run/ });
    if (await buttons.count()) await buttons.nth(draw(await buttons.count())).click();
  },
  async seeds(page, draw) {
    const box = page.getByRole("spinbutton", { name: "seeds" });
    if (!(await box.count())) return;
    await box.fill(String(1 + draw(4)));
    await box.press("Enter");
  },
  async scrub(page, draw) {
    const share = (1 + draw(98)) / 100;
    await page.locator(".scrubber input[type=range]").evaluate((slider, at) => {
      slider.value = String(Math.round(Number(slider.max) * at));
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    }, share);
  },
  "back to the run": (page) => page.evaluate(() => globalThis.lab.scrub(undefined)),
  undo: (page) => press(page, "Undo"),
  replay: (page) => press(page, "Replay"),
  reseed: (page) => press(page, /^Seed/),
  async pause(page) {
    const button = page.getByRole("button", { name: /^(Pause|Play)$/ }).first();
    // where nothing runs there is nothing to pause
    if (await button.isDisabled()) return;
    await button.click({ timeout: 2000 }).catch(() => {});
    await page.waitForTimeout(200);
    await page.evaluate(() => globalThis.lab.play());
  },
  async tour(page, draw) {
    // going back may have opened it
    if ((await page.locator(".tour").count()) === 0)
      await page.getByRole("button", { name: "Tour", exact: true }).click();
    const chapters = page.locator(".tour-navigation button");
    await chapters.first().waitFor();
    await chapters.nth(draw(await chapters.count())).click();
    await page.waitForTimeout(300);
    // the quick ones are run, too
    if (draw(3) === 0) {
      await chapters.nth(draw(2)).click();
      await page.locator(".tour-actions").first().waitFor();
      // where a state that was gone back to holds its runs, it has its verdict already
      const run = page.locator(".tour-run");
      if ((await run.count()) > 0) await run.click();
      await page.waitForTimeout(1500);
    }
    await page.getByRole("button", { name: "Leave the tour" }).click();
  },
  async share(page) {
    await press(page, "Share");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await dialog.getByRole("button", { name: "Command line" }).click();
    await page.waitForTimeout(200);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  },
  theme: (page) => press(page, "light or dark"),
  async "live rate"(page, draw) {
    const rate = [1e-3, 3e-3, 1e-2][draw(3)];
    await page.evaluate((to) => {
      const run = globalThis.lab.focused.value;
      const [replica] = run.replicas.value;
      if (run.origin === "here" && replica?.status === "running") globalThis.lab.setLearningRate(to);
    }, rate);
  },
  async panels(page, draw) {
    const all = [
      "loss",
      "excess-loss",
      "decomposition",
      "effective-dimension",
      "spectrum",
      "embedding",
      "probabilities",
    ];
    const from = draw(4);
    await page.evaluate((panels) => globalThis.lab.look({ panels }), all.slice(from, from + 4));
  },
  async more(page) {
    await page.getByRole("button", { name: /schedule, data, model/ }).click();
  },
};

const count = (page) => page.evaluate(() => globalThis.lab.runs.value.length);
const press = (page, name) =>
  page
    .getByRole("button", typeof name === "string" ? { name, exact: true } : { name })
    .first()
    .click();

/** Bytes behind a collection: heaps of page and workers, and all that the process of the page holds, WebAssembly too. */
async function memory(page, session, processes) {
  // what waits for a collection of its own is found by the second
  for (let i = 0; i < 2; i++) await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { breakdown } = await page.evaluate(() => performance.measureUserAgentSpecificMemory());
  const workers = breakdown
    .filter(({ attribution }) => attribution[0]?.scope === "DedicatedWorkerGlobalScope")
    .reduce((sum, { bytes }) => sum + bytes, 0);
  const { processInfo } = await processes.send("SystemInfo.getProcessInfo");
  let resident = 0;
  for (const { type, id } of processInfo)
    if (type === "renderer")
      resident +=
        1024 * Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${id}/status`, "utf8"))?.[1] ?? 0);
  const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  return {
    page: usedSize,
    workers,
    resident,
    nodes,
    listeners: jsEventListeners,
    count: page.workers().length,
  };
}

/** Least squares, of y a minute. */
function slope(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ minute }) => minute)), mean(points.map(({ value }) => value))];
  const over = points.reduce((sum, { minute, value }) => sum + (minute - x) * (value - y), 0);
  return over / points.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
}

/**
 * @param say takes a line of what is found every half minute
 * @returns samples, gestures by name, and slopes in MiB a minute of the later three quarters
 */
export async function useAtRandom({ minutes, seed, every = 30, say = () => {} }) {
  const draw = draws(seed);
  const server = await serveLab();
  const browser = await openChromium(["--enable-blink-features=ForceEagerMeasureMemory"]);
  try {
    return await withPage(browser, server.url, async (page, context) => {
      await whenOpen(page);
      const session = await context.newCDPSession(page);
      const processes = await browser.newBrowserCDPSession();
      const names = Object.keys(uses);
      const gestures = Object.fromEntries(names.map((name) => [name, 0]));
      const samples = [];
      const from = performance.now();
      const minute = () => (performance.now() - from) / 60_000;
      let due = 0;
      while (minute() < minutes) {
        if (minute() * 60 >= due) {
          due += every;
          // as it is at rest, with as many runs as the page began with
          await page.evaluate(() => {
            const { lab } = globalThis;
            lab.scrub(undefined);
            while (lab.runs.value.length > 3) lab.remove(lab.runs.value[3]);
            for (const run of lab.runs.value) lab.setSeeds(run, 1);
            lab.change({ vocabSize: 100, embeddingDim: 100, steps: 1000 });
          });
          await page.waitForTimeout(2000);
          const sample = { minute: minute(), ...(await memory(page, session, processes)) };
          samples.push(sample);
          say(sample);
        }
        const name = names[draw(names.length)];
        gestures[name]++;
        try {
          await uses[name](page, draw);
        } catch (error) {
          throw new Error(`${name}: ${error.message}`);
        }
        await page.waitForTimeout(draw(250));
      }
      // the page warms up: caches, code, what is loaded on demand
      const later = samples.filter(({ minute }) => minute >= minutes / 4);
      const slopes = Object.fromEntries(
        ["page", "workers", "resident"].map((key) => [
          key,
          slope(later.map((sample) => ({ minute: sample.minute, value: sample[key] }))) / MIB,
        ]),
      );
      return { samples, gestures, slopes };
    });
  } finally {
    await browser.close();
    await server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: "string", default: "1" }, json: { type: "boolean", default: false } },
  });
  const minutes = Number(positionals[0] ?? 10);
  const text = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;
  const { samples, gestures, slopes } = await useAtRandom({
    minutes,
    seed: Number(values.seed),
    say: (sample) =>
      values.json ||
      console.log(
        `${sample.minute.toFixed(1)} min: page ${text(sample.page)}, ${sample.count} workers ${text(sample.workers)}, the process ${text(sample.resident)}, ${sample.nodes} nodes, ${sample.listeners} listeners`,
      ),
  });
  if (values.json) console.log(JSON.stringify({ minutes, seed: values.seed, slopes, gestures, samples }));
  else {
    const total = Object.values(gestures).reduce((sum, one) => sum + one, 0);
    console.log(
      `${total} gestures in ${minutes} minutes; MiB a minute, the first quarter left out: ${Object.entries(
        slopes,
      )
        .map(([name, value]) => `${name} ${value.toFixed(2)}`)
        .join(", ")} (seed ${values.seed})`,
    );
  }
  if (slopes.page > 1 || slopes.workers > 1) process.exitCode = 1;
}
