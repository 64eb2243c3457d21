/** What a page cannot do it says in a line. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeLink } from "./configs.js";
import { openChromium, serveLab, stateOf, until, whenOpen, withPage } from "./pages.js";

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const oneLine = async (page) => {
  const text = await until(
    async () => (await page.locator("#lab").innerText()).match(/.*needs.*/)?.[0],
    "it says why",
  );
  await page.waitForTimeout(200);
  expect((await page.locator("#lab").innerText()).trim()).not.toContain("\n");
  return text;
};

test("no WebAssembly, by a content security policy", async () => {
  await withPage(
    browser,
    server.url,
    async (page) => expect(await oneLine(page)).toMatch(/Content-Security-Policy.*wasm-unsafe-eval/),
    {
      expected: /WebAssembly|Content Security Policy/i,
      before: (page) =>
        page.route(server.url, async (route) => {
          const response = await route.fetch();
          const headers = response.headers();
          headers["content-security-policy"] = headers["content-security-policy"].replace(
            " 'wasm-unsafe-eval'",
            "",
          );
          await route.fulfill({ response, headers });
        }),
    },
  );
});

test("no WebAssembly at all", async () => {
  await withPage(browser, server.url, async (page) => expect(await oneLine(page)).toMatch(/WebAssembly/), {
    before: (page) => page.addInitScript(() => Reflect.deleteProperty(globalThis, "WebAssembly")),
  });
});

test("no SIMD", async () => {
  await withPage(browser, server.url, async (page) => expect(await oneLine(page)).toMatch(/SIMD/), {
    before: (page) =>
      page.addInitScript(() => {
        WebAssembly.validate = () => false;
      }),
  });
});

test("a run that diverges, with its step", async () => {
  const config = {
    vocabSize: 20,
    embeddingDim: 4,
    steps: 500,
    optimizer: { kind: "sgd" },
    learningRate: 1e30,
    evaluateAt: { kind: "log", perDecade: 5 },
  };
  await withPage(browser, await encodeLink({ runs: [{ config }] }, server.url), async (page) => {
    await page
      .getByText(/diverged at step \d+/)
      .first()
      .waitFor();
    const [{ replicas }] = (await stateOf(page)).runs;
    expect(replicas[0].status).toBe("diverged");
  });
});

test("a config beyond the device: refused, with the command that would run it elsewhere", async () => {
  await withPage(browser, server.url, async (page) => {
    await whenOpen(page);
    const before = (await stateOf(page)).runs[0].config;
    const box = (label) => page.getByRole("spinbutton", { name: new RegExp(`^${label}\\b.*, exactly$`) });
    await box("D").fill("50000");
    await box("D").press("Enter");
    await until(async () => (await stateOf(page)).runs[0].config.embeddingDim === 50000, "as much as it can");
    await box("V").fill("500000");
    await box("V").press("Enter");
    const notice = await until(
      async () => (await stateOf(page)).notice.match(/.*unigram-lab train.*/s)?.[0],
      "a command",
    );
    expect(notice).not.toContain("\n");
    expect(notice).toContain("--vocab-size 500000");
    expect((await stateOf(page)).runs[0].config.vocabSize).toBe(before.vocabSize);
  });
});

test("a bad value: the field is named, and the run stays as it is", async () => {
  await withPage(browser, server.url, async (page) => {
    await whenOpen(page);
    const box = page.getByRole("spinbutton", { name: /^V\b.*, exactly$/ });
    const before = await box.inputValue();
    await box.fill("1.5");
    await box.press("Enter");
    const toast = page.locator(".toast", { hasText: "vocabSize" });
    await toast.waitFor();
    expect(await toast.innerText()).not.toContain("\n");
    expect(await box.inputValue()).toBe(before);
  });
});
