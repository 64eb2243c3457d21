/** axe-core finds nothing, on any screen, in light and dark, on a phone, in a lecture. */
import axe from "axe-core";
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

const ways = {
  "on a screen": {},
  "on a phone": phone,
  "in a lecture": { query: "?present=1&hide=" },
};

/** Rule, element and what is wrong, a line each. */
async function faults(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) =>
      `${id}: ${target.join(" ")}: ${failureSummary.split("\n").slice(1).join(";").trim()}`.slice(0, 300),
    ),
  );
}

describe.each(Object.entries(ways))("%s", (_, { query = "", ...options }) => {
  test.each(Object.entries(screens))("%s", async (_, open) => {
    const link = await linkToRuns(server.url + query);
    await withPage(
      browser,
      link,
      async (page) => {
        await settled(page);
        await open(page);
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          await page.waitForTimeout(500);
          expect(await faults(page), colorScheme).toEqual([]);
        }
      },
      { reducedMotion: "reduce", colorScheme: "light", ...options },
    );
  });
});
