/** The whole tour without a pointer: every chapter is reached, guessed at, run and judged by keys. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeLink } from "./configs.js";
import { finalHashes, openChromium, phone, serveLab, stateOf, until, whenOpen, withPage } from "./pages.js";

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** What has the focus: its name, and whether it shows that it has it. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return {
      name: (element.getAttribute("aria-label") ?? element.textContent).trim(),
      role: element.getAttribute("role") ?? element.tagName.toLowerCase(),
      isSeen: (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none",
    };
  });

/** Tab until that has the focus. */
async function tabTo(page, holds, what) {
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (holds(now)) {
      expect(now.isSeen, `the focus on ${what} can be seen`).toBe(true);
      return now;
    }
  }
  throw new Error(`Tab does not come to ${what}`);
}
const named =
  (pattern) =>
  ({ name }) =>
    pattern.test(name);

test("eight chapters by keyboard, each to its verdict", async () => {
  await withPage(browser, server.url, async (page) => {
    await whenOpen(page);
    await tabTo(page, named(/^Tour$/), "Tour");
    await page.keyboard.press("Enter");
    const title = page.locator("#tour-title");
    await title.waitFor();
    const seen = [];
    for (let chapter = 1; chapter <= 8; chapter++) {
      await until(async () => (await title.innerText()).startsWith(`${chapter} / 8`), `chapter ${chapter}`);
      seen.push(await title.innerText());
      // a guess: a handle up, the next one down
      await page.locator("#tour-title").focus();
      await tabTo(page, ({ role }) => role === "slider", "a handle");
      const before = await page.evaluate(() => document.activeElement.getAttribute("aria-valuenow"));
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowLeft");
      expect(await page.evaluate(() => document.activeElement.getAttribute("aria-valuenow"))).not.toBe(
        before,
      );
      await tabTo(page, named(/^(Run: \d+ runs|Show the \d+ recorded runs)$/), "Run");
      await page.keyboard.press("Enter");
      await until(() => page.locator(".tour-findings li").count(), `chapter ${chapter} is judged`, 200);
      for (const finding of await page.locator(".tour-findings li").allInnerTexts())
        expect(finding).toMatch(/^(✓ holds|✗ fails|\? open)/);
      if (chapter === 8) break;
      await page.locator("#tour-title").focus();
      await tabTo(page, named(/^Next chapter/), "Next chapter");
      await page.keyboard.press("Enter");
    }
    expect(new Set(seen).size).toBe(8);
    await page.locator("#tour-title").focus();
    await page.keyboard.press("Tab");
    expect((await focused(page)).name).toBe("Leave the tour");
    await page.keyboard.press("Enter");
    await title.waitFor({ state: "detached" });
  });
});

test("a link with a chapter's runs opens with its verdict and without a guess, until the reader draws one", async () => {
  const evaluateAt = { kind: "log", perDecade: 20 };
  const config = { vocabSize: 10, embeddingDim: 10, learningRate: 0.01, steps: 3000, evaluateAt };
  const link = await encodeLink({ runs: [{ config, seeds: 5 }], chapter: "learnt" }, server.url);
  await withPage(browser, link, async (page) => {
    await until(() => page.locator(".tour-findings li").count(), "it is judged");
    const chapter = page.locator(".tour");
    expect(await chapter.innerText()).toContain("No guess was drawn");
    expect(await chapter.innerText()).not.toContain("your guess");
    expect(await page.getByRole("slider", { name: /^loss at step/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Draw your own first" }).click();
    expect(await page.locator(".tour-findings").count()).toBe(0);
    await page
      .getByRole("slider", { name: /^loss at step/ })
      .first()
      .press("ArrowUp");
    await page.getByRole("button", { name: /^Run: 5 runs/ }).click();
    await until(() => page.locator(".tour-findings li").count(), "it is judged against the guess");
    expect(await chapter.innerText()).toContain("Your curve ends at 2.3 nats");
  });
  const fewer = await encodeLink({ runs: [{ config, seeds: 4 }], chapter: "learnt" }, server.url);
  await withPage(browser, fewer, async (page) => {
    await page.getByRole("button", { name: /^Run: 5 runs/ }).waitFor();
  });
});

test("the reader's own runs come back, and are compared with no link", async () => {
  await withPage(browser, server.url, async (page) => {
    await finalHashes(page);
    const before = (await stateOf(page)).runs.map(({ config }) => config);
    await page.getByRole("button", { name: "Tour", exact: true }).click();
    await page.getByRole("button", { name: /^Run: \d+ runs/ }).click();
    await until(() => page.locator(".tour-findings li").count(), "it is judged");
    await page.getByRole("button", { name: "Leave the tour" }).click();
    await page.locator(".tour").waitFor({ state: "detached" });
    const after = await stateOf(page);
    expect(after.runs.map(({ config }) => config)).toEqual(before);
    const expected = await page.evaluate(() =>
      globalThis.lab.runs.value.flatMap(({ replicas }) =>
        replicas.value.map(({ expectedHash }) => expectedHash ?? "none"),
      ),
    );
    expect(new Set(expected)).toEqual(new Set(["none"]));
    expect(await page.locator(".same-bits").allInnerTexts()).not.toContainEqual(
      expect.stringContaining("link"),
    );
  });
});

test("at 390 pixels the chapters' buttons and the way out stay where they are, whatever the title", async () => {
  await withPage(
    browser,
    server.url,
    async (page) => {
      await whenOpen(page);
      await page.evaluate(() => {
        globalThis.lab.chapter.value = "learnt";
      });
      const places = new Set();
      for (let chapter = 1; chapter <= 8; chapter++) {
        await page
          .locator("[data-chapter]")
          .nth(chapter - 1)
          .click();
        await until(
          async () => (await page.locator("#tour-title").innerText()).startsWith(`${chapter} / 8`),
          `chapter ${chapter}`,
        );
        const boxes = await page.locator(".tour").evaluate((tour) => {
          const { top } = tour.getBoundingClientRect();
          return [...tour.querySelectorAll(".tour-header button, [data-chapter]")].map((button) => {
            const { x, y } = button.getBoundingClientRect();
            return [Math.round(x), Math.round(y - top)];
          });
        });
        places.add(JSON.stringify(boxes));
      }
      expect([...places]).toHaveLength(1);
      const lines = JSON.parse([...places][0])
        .slice(1)
        .map(([, y]) => y);
      expect(new Set(lines.slice(0, 4)).size).toBe(1);
      expect(new Set(lines.slice(4)).size).toBe(1);
    },
    phone,
  );
});

test("the tour goes on where it was left", async () => {
  await withPage(browser, server.url, async (page) => {
    await whenOpen(page);
    const tour = page.getByRole("button", { name: "Tour", exact: true });
    await tour.click();
    await page.getByRole("button", { name: /^3: / }).click();
    await page.getByRole("button", { name: "Leave the tour" }).click();
    await tour.click();
    expect(await page.locator("#tour-title").innerText()).toMatch(/^3 \/ 8/);
  });
});
