/** Settings as a reader sets them: what is typed stays while runs go on, and a key on a slider changes something. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeLink } from "./configs.js";
import { finalHashes, openChromium, serveLab, stateOf, until, whenOpen, withPage } from "./pages.js";

const long = {
  vocabSize: 100,
  embeddingDim: 100,
  steps: 1_000_000,
  evaluateAt: { kind: "log", perDecade: 5 },
};

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const openRun = async (run, use) => {
  const link = await encodeLink({ runs: [run] }, server.url);
  return withPage(browser, link, async (page) => {
    await whenOpen(page);
    await until(async () => (await stateOf(page)).runs[0].replicas[0].step > 0, "it has begun");
    return use(page);
  });
};
const box = (page, label) => page.getByRole("spinbutton", { name: new RegExp(`^${label}\\b.*, exactly$`) });
const rates = async (page) => (await stateOf(page)).runs.map(({ config }) => config.learningRate);

describe("a number that is typed", () => {
  test("stays while the run goes on, key by key, and holds once it is entered", async () => {
    await openRun({ config: long }, async (page) => {
      await box(page, "rate").click({ clickCount: 3 });
      for (const key of "0.03") {
        await page.keyboard.press(key);
        await page.waitForTimeout(250);
      }
      expect(await box(page, "rate").inputValue()).toBe("0.03");
      await page.keyboard.press("Enter");
      await until(async () => (await rates(page))[0] === 0.03, "its rate is what was typed");
    });
  });

  test("right behind + run is that run's, not the first one's", async () => {
    await openRun({ config: long }, async (page) => {
      await page.getByRole("button", { name: "+ run" }).click();
      await box(page, "rate").click({ clickCount: 3 });
      await page.keyboard.type("0.03", { delay: 100 });
      await page.keyboard.press("Enter");
      await until(async () => (await rates(page)).join() === "0.001,0.03", "the other's rate");
    });
  });

  test("that is refused does not stay", async () => {
    await openRun({ config: long }, async (page) => {
      await box(page, "rate").fill("-1");
      await page.keyboard.press("Enter");
      await until(async () => (await box(page, "rate").inputValue()) === "0.001", "it is as it was");
      expect(await rates(page)).toEqual([0.001]);
    });
  });
});

describe("an arrow key on a slider", () => {
  const press = async (page, label, key) => {
    await page.getByRole("slider", { name: label, exact: true }).focus();
    await page.keyboard.press(key);
  };

  test("changes the value at the first press, where several positions round to it", async () => {
    await openRun({ config: long }, async (page) => {
      await press(page, "rate", "ArrowRight");
      await until(async () => (await rates(page)).join() === "0.0011", "a larger rate");
      await press(page, "α Zipf", "ArrowLeft");
      await until(async () => (await stateOf(page)).runs[0].config.distribution.exponent < 1, "a smaller α");
    });
  });

  const references = {
    "a pinned run": (page) => page.getByRole("button", { name: "pin run A" }).click(),
    "a run of the directory": (page) =>
      page.evaluate(() => {
        const { lab } = globalThis;
        const [own] = lab.runs.value;
        lab.focus(lab.addRecorded(own.config.value, own.replicas.value, "directory"));
        lab.remove(own);
      }),
  };
  test.each(Object.entries(references))(
    "of %s makes one copy with the change, and keeps the focus",
    async (_, refer) => {
      await openRun({ config: long }, async (page) => {
        await refer(page);
        await page.waitForTimeout(300);
        await press(page, "rate", "ArrowRight");
        await until(async () => (await rates(page)).join() === "0.001,0.0011", "a copy with the change");
        await page.waitForTimeout(300);
        await page.keyboard.press("ArrowRight");
        await until(async () => (await rates(page)).join() === "0.001,0.0012", "the copy goes on");
      });
    },
  );
});

test("a run over seeds is one line of the list, and what is long has a title", async () => {
  const short = { vocabSize: 40, embeddingDim: 8, steps: 100 };
  const runs = [0.001, 0.0123].map((learningRate) => ({ config: { ...short, learningRate }, seeds: 5 }));
  await withPage(browser, await encodeLink({ runs }, server.url), async (page) => {
    await finalHashes(page);
    const names = page.locator(".run .name");
    await until(
      async () => (await names.locator("small").allTextContents()).join("") === "",
      "no status is left",
    );
    for (const name of await names.all()) expect((await name.boundingBox()).height).toBeLessThan(40);
    expect(await page.getByRole("button", { name: "A ×5 seeds lr 0.001" }).isVisible()).toBe(true);
    await page.evaluate(() => {
      const [own] = globalThis.lab.runs.value;
      globalThis.lab.addRecorded({ ...own.config.value, vocabSize: 50, embeddingDim: 20 }, [], "directory");
    });
    const label = page.locator(".run .label").nth(1);
    await until(async () => (await label.textContent()) === "V 40, D 8, lr 0.0123", "longer labels");
    expect(await label.getAttribute("title")).toBe("V 40, D 8, lr 0.0123");
    expect(await label.evaluate((one) => one.scrollHeight <= one.clientHeight + 1)).toBe(true);
  });
});
