/** The page as one HTML file, opened from a disk without a network. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configs, encodeLink, hashOf } from "./configs.js";
import { cli, finalHashes, inFolder, openChromium, withPage } from "./pages.js";

let browser;
beforeAll(async () => {
  browser = await openChromium();
});
afterAll(() => browser?.close());

test("opens, trains and comes to the same bits, and asks nobody for anything", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "the lab.html");
    await promisify(execFile)(process.execPath, [cli, "lab", "--single-file", file]);
    const config = configs["V 10, D 1, tied"];
    const hash = await hashOf(config);
    const link = await encodeLink({ runs: [{ config, hashes: [hash] }] }, pathToFileURL(file).href);
    const asked = [];
    await withPage(
      browser,
      link,
      async (page) => {
        expect(await finalHashes(page)).toEqual([[hash]]);
        await page.locator(".same-bits[data-verdict=same]").waitFor();
        // what is loaded on demand elsewhere
        await page.getByRole("button", { name: /schedule, data, model/ }).click();
        await page.getByRole("spinbutton", { name: "steps, exactly" }).waitFor();
        await page.getByRole("button", { name: "Share" }).click();
        await page.getByRole("dialog").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "Tour", exact: true }).click();
        await page.getByRole("button", { name: "Leave the tour" }).waitFor();
      },
      {
        async before(page, context) {
          await context.setOffline(true);
          page.on("request", (request) => asked.push(request.url()));
        },
      },
    );
    expect(asked.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
  });
});
