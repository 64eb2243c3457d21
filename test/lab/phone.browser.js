/** 390 pixels and a thumb: nothing is beside the page, and everything is large enough to be met. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openChromium, phone, serveLab, withPage } from "./pages.js";
import { linkToRuns, screens, settled } from "./screens.js";

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** What is wider than the page, unless it scrolls within something that is not. */
const tooWide = (page) =>
  page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= 390) return [];
    const isWithin = (element) => {
      for (let at = element.parentElement; at; at = at.parentElement)
        if (at !== document.body && at !== root && getComputedStyle(at).overflowX !== "visible") return true;
      return false;
    };
    return [`the page: ${root.scrollWidth}`].concat(
      [...document.body.querySelectorAll("*")]
        .filter((element) => element.getBoundingClientRect().right > 390.5 && !isWithin(element))
        .map(
          (element) =>
            `${element.tagName.toLowerCase()}.${element.className}: ${element.getBoundingClientRect().right}`,
        ),
    );
  });

/** What is pressed and is smaller than 44 × 44 pixels; a box's label is part of it. */
const tooSmall = (page) =>
  page.evaluate(() => {
    const pressed =
      "a[href], button, input, select, summary, textarea, [role=slider], [role=button], [role=tab]";
    // a corner on a drawing, a point on a line: what is met is the whole drawing
    const isPart = (element) => element.closest("svg, .tour-plot") !== null;
    const sizeOf = (element) => {
      const boxes = [element, element.closest("label")]
        .filter(Boolean)
        .map((one) => one.getBoundingClientRect());
      return {
        width: Math.max(...boxes.map(({ width }) => width)),
        height: Math.max(...boxes.map(({ height }) => height)),
      };
    };
    return [...document.querySelectorAll(pressed)]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !isPart(element))
      .filter((element) => element.getBoundingClientRect().width > 1)
      .flatMap((element) => {
        const { width, height } = sizeOf(element);
        const name =
          element.getAttribute("aria-label") ?? element.closest("label")?.textContent ?? element.textContent;
        return width >= 43.5 && height >= 43.5
          ? []
          : [
              `${element.tagName.toLowerCase()} "${name.trim().slice(0, 40)}": ${width.toFixed(0)} × ${height.toFixed(0)}`,
            ];
      });
  });

describe.each(Object.entries(screens))("%s", (_, open) => {
  test("is no wider than the phone, and its targets are 44 pixels", async () => {
    await withPage(
      browser,
      await linkToRuns(server.url),
      async (page) => {
        await settled(page);
        await open(page);
        await page.waitForTimeout(500);
        const tabs = page.getByRole("navigation", { name: "chart" }).getByRole("button");
        const found = [];
        for (let i = 0; i < Math.max(1, await tabs.count()); i++) {
          if ((await tabs.count()) > 0 && !(await page.getByRole("dialog").count()))
            await tabs.nth(i).click();
          await page.waitForTimeout(200);
          found.push(...(await tooWide(page)), ...(await tooSmall(page)));
        }
        expect([...new Set(found)]).toEqual([]);
      },
      phone,
    );
  });
});

test("what steers the runs is in sight, and how many there are and how fast they go", async () => {
  await withPage(
    browser,
    await linkToRuns(server.url),
    async (page) => {
      await settled(page);
      // as long as a seed is
      await page.getByRole("button", { name: /^Seed/ }).click();
      await settled(page);
      expect(
        await page.evaluate(() =>
          [...document.querySelectorAll(".bar, .bar :is(.tools, button, select, .state)")]
            .filter((element) => element.getClientRects().length > 0)
            .filter(
              (element) =>
                element.getBoundingClientRect().right > 390 || element.scrollWidth > element.clientWidth + 1,
            )
            .map((element) => element.outerHTML.slice(0, 80)),
        ),
      ).toEqual([]);
      expect(await page.locator(".bar .state").isVisible()).toBe(true);
      expect(await page.getByRole("combobox", { name: "speed" }).isVisible()).toBe(true);
    },
    phone,
  );
});

test("one chart at a time", async () => {
  await withPage(
    browser,
    await linkToRuns(server.url),
    async (page) => {
      await settled(page);
      const panels = page.locator("[data-panel]:visible");
      expect(await panels.count()).toBe(1);
      const first = await panels.getAttribute("data-panel");
      await page.getByRole("navigation", { name: "chart" }).getByRole("button").nth(2).click();
      expect(await panels.count()).toBe(1);
      expect(await panels.getAttribute("data-panel")).not.toBe(first);
    },
    phone,
  );
});

test("a finger that goes sideways turns to the next chart and back, one that goes down does not", async () => {
  await withPage(
    browser,
    await linkToRuns(server.url),
    async (page, context) => {
      await settled(page);
      const session = await context.newCDPSession(page);
      const { x, y } = await page.locator(".panel.current h2").boundingBox();
      const swipe = async (dx, dy) => {
        const touchPoints = (share) => [{ x: x + 150 + dx * share, y: y + 5 + dy * share }];
        await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: touchPoints(0) });
        for (const share of [0.3, 0.6, 1])
          await session.send("Input.dispatchTouchEvent", {
            type: "touchMove",
            touchPoints: touchPoints(share),
          });
        await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
        await page.waitForTimeout(300);
        return page.locator(".panel.current").getAttribute("data-panel");
      };
      expect(await swipe(-120, 10)).toBe("effective-dimension");
      expect(await swipe(120, -10)).toBe("excess-loss");
      expect(await swipe(120, 0)).toBe("excess-loss");
      expect(await swipe(-60, -90)).toBe("excess-loss");
    },
    phone,
  );
});
