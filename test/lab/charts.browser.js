/** What the charts show is of the run and the step that they say. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeLink } from "./configs.js";
import { finalHashes, openChromium, serveLab, until, withPage } from "./pages.js";

const config = { vocabSize: 40, embeddingDim: 8, steps: 1000, evaluateAt: { kind: "log", perDecade: 5 } };
const rates = [0.001, 0.01, 30];
const view = { panels: ["excess-loss", "embedding", "spectrum"] };

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const open = async (use) => {
  const runs = rates.map((learningRate) => ({ config: { ...config, learningRate } }));
  const seen = async (page) => {
    await finalHashes(page);
    await use(page);
  };
  // pictures are read back, which Chromium has advice for
  await withPage(browser, await encodeLink({ runs, view }, server.url), seen, { expected: /getImageData/ });
};
const panel = (page, name) => page.locator(`[data-panel="${name}"]`);

/** Where the most frequent token is, as its chart reads it and as the frame has it, without the sides. */
const placeOf = async (page) => {
  const chart = panel(page, "embedding").getByRole("application");
  await chart.focus();
  await page.keyboard.press("Home");
  const read = (await panel(page, "embedding").locator(".note").innerText()).split(": ")[1] ?? "";
  await page.keyboard.press("Escape");
  const frame = await page.evaluate(() => {
    const coordinates = globalThis.lab.frame.value?.projection?.coordinates;
    return coordinates ? [...coordinates.slice(0, 2)] : [];
  });
  return {
    read: read.split(", ").map((text) => Math.abs(Number(text))),
    frame: frame.map((x) => Math.abs(Number(x.toPrecision(3)))),
  };
};

test("the embedding is of the run in focus, also where runs rest at one step", async () => {
  await open(async (page) => {
    const seen = [];
    for (const i of [0, 1, 2, 0, 1]) {
      await page.evaluate((at) => globalThis.lab.focus(globalThis.lab.runs.value[at]), i);
      const place = await until(async () => {
        const { read, frame } = await placeOf(page);
        return frame.length === 2 && String(read) === String(frame) && String(read);
      }, "the chart reads what the frame has");
      seen.push(place);
    }
    expect(new Set(seen.slice(0, 3)).size).toBe(3);
    expect(seen.slice(3)).toEqual(seen.slice(0, 2));
  });
});

test("what is of one seed says of which, where a run has several; a number stays with its ±", async () => {
  const runs = [{ config: { ...config, seed: 4 }, seeds: 3 }, { config }];
  const link = await encodeLink({ runs, view: { panels: [...view.panels, "probabilities"] } }, server.url);
  await withPage(browser, link, async (page) => {
    await finalHashes(page);
    const notes = () =>
      Promise.all(
        ["embedding", "spectrum", "probabilities"].map((name) =>
          panel(page, name).locator(".note").innerText(),
        ),
      );
    const begin = async (text) => (await notes()).every((note) => note.startsWith(text));
    await until(() => begin("A, seed 4, step 1000"), "the first seed is named");
    await page.evaluate(() => globalThis.lab.focus(globalThis.lab.runs.value[1]));
    await until(() => begin("B, step 1000"), "one seed is not");
    const pieces = panel(page, "excess-loss").locator(".legend :is(.value, .whole)");
    expect(await pieces.evaluateAll((all) => all.map((one) => getComputedStyle(one).whiteSpace))).toEqual([
      "nowrap",
      "nowrap",
      "nowrap",
      "nowrap",
    ]);
  });
});

test("the legend says which run exploded, and of which step its values are", async () => {
  await open(async (page) => {
    const legend = panel(page, "excess-loss").locator(".legend");
    await until(async () => (await legend.innerText()).includes("exploded"), "an end that is said");
    expect(await legend.innerText()).toMatch(/^latest:/);
    const entries = legend.getByRole("listitem");
    expect(await entries.filter({ hasText: "exploded" }).count()).toBe(1);
    const before = await entries.nth(1).innerText();
    await page.evaluate(() => globalThis.lab.scrub(100));
    await until(async () => (await legend.innerText()).startsWith("at step 100:"), "values of that step");
    expect(await entries.nth(1).innerText()).not.toBe(before);
  });
});

test("what is printed is light, and dark again behind it", async () => {
  await open(async (page) => {
    await page.evaluate(async () => {
      const { dataset } = document.documentElement;
      const ink = () => {
        const canvas = document.querySelector("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let [sum, count] = [0, 0];
        // most of what is nearly opaque and grey is ink
        for (let i = 0; i < data.length; i += 4)
          if (data[i + 3] > 250 && Math.abs(data[i] - data[i + 2]) < 24)
            [sum, count] = [sum + data[i], count + 1];
        return sum / count;
      };
      dataset.theme = "dark";
      await new Promise((resolve) => setTimeout(resolve, 300));
      globalThis.said = { dark: ink() };
      addEventListener("beforeprint", () =>
        Object.assign(globalThis.said, { theme: dataset.theme, paper: ink() }),
      );
    });
    await page.pdf();
    const { dark, paper, theme } = await page.evaluate(() => globalThis.said);
    expect(theme).toBe("light");
    expect(Math.abs(paper - dark)).toBeGreaterThan(20);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
  });
});
