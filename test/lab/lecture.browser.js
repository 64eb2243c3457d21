/** `?present=1`: the keys of a clicker, and what is hidden. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { finalHashes, openChromium, serveLab, stateOf, until, whenOpen, withPage } from "./pages.js";

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const visible = (page) => page.locator(".panel:visible").count();

test("a name that is nothing's is said, with those that there are", async () => {
  await withPage(browser, `${server.url}?present=1&hide=runs,nonsense`, async (page) => {
    await whenOpen(page);
    const said = async () => (await stateOf(page)).notice;
    await until(said, "a notice");
    expect(await said()).toMatch(/^hide: expected some of header, .*probabilities, got nonsense$/);
  });
  await withPage(browser, `${server.url}?hide=nonsense`, async (page) => {
    await finalHashes(page);
    expect((await stateOf(page)).notice).toBe("");
  });
});

test("keys of a clicker steer runs, panels and chapters", async () => {
  await withPage(browser, `${server.url}?present=1`, async (page) => {
    await whenOpen(page);
    await finalHashes(page);
    expect(await page.locator(".side").isVisible()).toBe(false);
    const all = await visible(page);
    const press = async (key) => {
      await page.keyboard.press(key);
      await page.waitForTimeout(300);
    };
    await press("n");
    expect((await stateOf(page)).focus).toBe("B");
    await press("2");
    expect(await visible(page)).toBe(1);
    await press("2");
    expect(await visible(page)).toBe(all);
    await page.evaluate(() => {
      globalThis.lab.pace.value = 50;
    });
    await press("r");
    await press(" ");
    expect(await page.evaluate(() => globalThis.lab.playing.value)).toBe(false);
    const step = async () => (await stateOf(page)).runs[1].replicas[0].step;
    // what was under way has been told
    await page.waitForTimeout(500);
    const before = await step();
    await press(".");
    await until(async () => (await step()) === before + 1, "one step");
    await page.keyboard.press("Escape");
    await until(() => page.locator(".side").isVisible(), "the lecture is left");
  });
});
