/** What is done to runs: they stop when they are told, gestures can be undone, and a link replays them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeLink, encodeLink, hashOf } from "./configs.js";
import { finalHashes, openChromium, serveLab, stateOf, until, whenOpen, withPage } from "./pages.js";

const evaluateAt = { kind: "log", perDecade: 5 };
const long = { vocabSize: 100, embeddingDim: 100, steps: 1_000_000, evaluateAt };
const short = { vocabSize: 40, embeddingDim: 8, steps: 1000, evaluateAt };

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const openRuns = async (runs, use, options) => {
  const link = await encodeLink({ runs: runs.map((config) => ({ config })) }, server.url);
  return withPage(
    browser,
    link,
    async (page, context) => {
      await whenOpen(page);
      return use(page, context);
    },
    options,
  );
};

const stepsOf = async (page) =>
  (await stateOf(page)).runs.flatMap(({ replicas }) => replicas.map(({ step }) => step));
const rest = (page) => page.waitForTimeout(1000);
const begun = (page, count) =>
  until(async () => {
    const steps = await stepsOf(page);
    return steps.length === count && steps.every((step) => step > 0);
  }, "runs have begun");
const exactly = (page, label) =>
  page.getByRole("spinbutton", { name: new RegExp(`^${label}\\b.*, exactly$`) });
const set = async (page, label, value) => {
  await exactly(page, label).fill(String(value));
  await exactly(page, label).press("Enter");
};

describe("runs that stop", () => {
  test("Pause: no step after it, until it plays again", async () => {
    await openRuns([long, { ...long, seed: 1 }], async (page) => {
      await begun(page, 2);
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await rest(page);
      const steps = await stepsOf(page);
      await rest(page);
      expect(await stepsOf(page)).toEqual(steps);
      await page.getByRole("button", { name: "Step", exact: true }).click();
      await until(
        async () => (await stepsOf(page)).every((step, i) => step === steps[i] + 1),
        "one step more",
      );
      await page.getByRole("button", { name: "Play", exact: true }).click();
      await until(async () => (await stepsOf(page)).every((step, i) => step > steps[i] + 1), "it goes on");
    });
  });

  test("in a hidden tab nothing runs, and what did goes on when it is seen again", async () => {
    await openRuns([long], async (page) => {
      await begun(page, 1);
      // headless pages are never hidden: what a page sees of it is put on
      const hide = (hidden) =>
        page.evaluate((value) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
          Object.defineProperty(document, "visibilityState", {
            configurable: true,
            get: () => (value ? "hidden" : "visible"),
          });
          document.dispatchEvent(new Event("visibilitychange"));
        }, hidden);
      await hide(true);
      await rest(page);
      const steps = await stepsOf(page);
      await rest(page);
      expect(await stepsOf(page)).toEqual(steps);
      await hide(false);
      await until(async () => (await stepsOf(page))[0] > steps[0], "it goes on");
    });
  });

  test("a run stops at its steps", async () => {
    await openRuns([short], async (page) => {
      await finalHashes(page);
      expect(await stepsOf(page)).toEqual([short.steps]);
    });
  });
});

describe("the back button", () => {
  const gestures = {
    "a setting": (page) => set(page, "V", 50),
    "a slider": (page) => page.getByRole("slider", { name: "α" }).press("PageUp"),
    "another run": (page) => page.getByRole("button", { name: "+ run" }).click(),
    "a run removed": (page) => page.getByRole("button", { name: "remove run B" }).click(),
    "a fork": async (page) => {
      await page.getByRole("slider", { name: "step of run A" }).fill("300");
      await page.getByRole("button", { name: "fork" }).click();
      // it stands there until it is played
      await page.getByRole("button", { name: "Play", exact: true }).click();
    },
    seeds: async (page) => {
      await page.getByRole("spinbutton", { name: "seeds" }).fill("3");
      await page.getByRole("spinbutton", { name: "seeds" }).press("Enter");
    },
  };
  const shown = async (page) =>
    (await stateOf(page)).runs.map(({ letter, config, replicas }) => ({
      letter,
      config: JSON.stringify(config),
      seeds: replicas.length,
    }));

  test.each(Object.entries(gestures))("undoes %s, and forward does it again", async (_, gesture) => {
    await openRuns([short, { ...short, learningRate: 0.01 }], async (page) => {
      await finalHashes(page);
      const before = await shown(page);
      await gesture(page);
      const after = await until(async () => {
        const now = await shown(page);
        return JSON.stringify(now) !== JSON.stringify(before) && now;
      }, "it does something");
      // what is drawn comes a frame later
      await rest(page);
      await page.goBack();
      await until(
        async () => JSON.stringify(await shown(page)) === JSON.stringify(before),
        "it is as it was",
      );
      await page.goForward();
      await until(
        async () =>
          (await shown(page)).length === after.length &&
          JSON.stringify(await shown(page)) !== JSON.stringify(before),
        "it is done again",
      );
      await finalHashes(page);
    });
  });
});

describe("a fork", () => {
  test("at the step that is scrubbed to is the run from there on: its records, and the same bits", async () => {
    await openRuns([short], async (page) => {
      const [[whole]] = await finalHashes(page);
      const scrubber = page.getByRole("slider", { name: "step of run A" });
      await scrubber.fill("300");
      await until(async () => (await stateOf(page)).scrubbed === 300, "it is scrubbed");
      await page.getByRole("button", { name: "fork" }).click();
      await until(async () => (await stateOf(page)).focus === "B", "the fork is in focus");
      expect((await stateOf(page)).runs[1].replicas[0].step).toBe(300);
      await page.getByRole("button", { name: "Play", exact: true }).click();
      expect(await finalHashes(page)).toEqual([[whole], [whole]]);
      expect((await stateOf(page)).runs[1].replicas[0].records).toBe(
        (await stateOf(page)).runs[0].replicas[0].records,
      );
    });
  });
});

describe("a rate that is changed", () => {
  test("right behind a jump of the scrubber holds from that step on, wherever the model for it is by then", async () => {
    // a second's way to there
    const slow = { ...long, vocabSize: 300, steps: 4000 };
    await openRuns([slow], async (page) => {
      await begun(page, 1);
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await page.getByRole("checkbox", { name: /^from step/ }).check();
      await page.getByRole("slider", { name: "step of run A" }).fill("3000");
      await set(page, "rate", 0.02);
      const { learningRate } = await until(async () => {
        const [{ config }] = (await stateOf(page)).runs;
        return typeof config.learningRate !== "number" && config;
      }, "a sequence");
      expect(learningRate.parts[1]).toEqual([3000, 0.02]);
    });
  });

  test("of a pinned run leaves it as it is, and makes another run", async () => {
    const run = { ...long, vocabSize: 64, embeddingDim: 32, steps: 20_000 };
    await openRuns([run], async (page) => {
      // so that it does not come to its end meanwhile
      await page.getByRole("combobox", { name: "speed" }).selectOption("1000");
      await begun(page, 1);
      await page.getByRole("button", { name: "pin run A" }).click();
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await rest(page);
      await page.getByRole("checkbox", { name: /^from step/ }).check();
      await set(page, "rate", 0.02);
      const { runs } = await until(async () => {
        const state = await stateOf(page);
        return state.runs.length === 2 && state;
      }, "another run");
      expect(runs.map(({ config }) => typeof config.learningRate)).toEqual(["number", "object"]);
      await page.getByRole("combobox", { name: "speed" }).selectOption({ label: "full speed" });
      await page.getByRole("button", { name: "Play", exact: true }).click();
      const hashes = (await finalHashes(page)).flat();
      expect(hashes[0]).toBe(await hashOf(run));
      expect(hashes[1]).toBe(await hashOf(runs[1].config));
    });
  });

  test("while it runs becomes part of the schedule, and the link replays it", async () => {
    await openRuns([{ ...long, vocabSize: 64, embeddingDim: 32, steps: 20_000 }], async (page) => {
      // so that it does not come to its end meanwhile
      await page.getByRole("combobox", { name: "speed" }).selectOption("1000");
      await begun(page, 1);
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await rest(page);
      await page.getByRole("checkbox", { name: /^from step/ }).check();
      await set(page, "rate", 0.02);
      await until(
        async () => typeof (await stateOf(page)).runs[0].config.learningRate !== "number",
        "a sequence",
      );
      await page.getByRole("button", { name: "Play", exact: true }).click();
      const [step] = await stepsOf(page);
      await until(async () => (await stepsOf(page))[0] > step + 500, "it goes on");
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await rest(page);
      await set(page, "rate", 0.003);
      await until(
        async () => (await stateOf(page)).runs[0].config.learningRate.parts?.length === 3,
        "a sequence of three",
      );
      await page.getByRole("combobox", { name: "speed" }).selectOption("undefined");
      await page.getByRole("button", { name: "Play", exact: true }).click();
      const [[hash]] = await finalHashes(page);
      await rest(page);
      const link = page.url();
      const { runs } = await decodeLink(link);
      expect(runs[0].config.learningRate.parts).toHaveLength(3);
      expect(await hashOf(runs[0].config)).toBe(hash);
      await withPage(browser, link, async (other) => {
        expect(await finalHashes(other)).toEqual([[hash]]);
      });
    });
  });
});
