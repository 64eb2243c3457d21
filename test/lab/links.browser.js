/** A link gives the bits that the command line gives, and the page says whether they are those of the sender. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configs, encodeLink, hashOf } from "./configs.js";
import { cli, finalHashes, openChromium, serveLab, until, withPage } from "./pages.js";

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const bitsSaid = (page) =>
  until(async () => (await page.locator(".same-bits").innerText()).match(/.*same bits.*/)?.[0], "it says so");

describe.each(Object.entries(configs))("%s", (_, config) => {
  let hash;
  let link;
  beforeAll(async () => {
    hash = await hashOf(config);
    link = await encodeLink({ runs: [{ config, hashes: [hash] }] }, server.url);
  });

  test("the page comes to Node's hash, and says that they are the sender's bits", async () => {
    await withPage(browser, link, async (page) => {
      expect(await finalHashes(page)).toEqual([[hash]]);
      expect(await bitsSaid(page)).toContain(hash.slice(0, 8));
    });
  });

  test("so does train, of the link itself", async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, "train", "--config", link]);
    expect(stdout + stderr).toMatch(`same bits ${hash.slice(0, 12)} as the link says`);
  });
});

test("a run that differs from what its link says is named", async () => {
  const right = configs["V 10, D 1, tied"];
  const other = configs.topics;
  const wrong = "0".repeat(64);
  const link = await encodeLink(
    {
      runs: [
        { config: right, hashes: [await hashOf(right)] },
        { config: other, hashes: [wrong] },
      ],
    },
    server.url,
  );
  await withPage(browser, link, async (page) => {
    const [[first], [second]] = await finalHashes(page);
    expect(second).toBe(await hashOf(other));
    expect(first).toBe(await hashOf(right));
    const text = await until(
      async () => (await page.locator(".same-bits").innerText()).match(/.*other bits.*/)?.[0],
      "it says which run differs",
    );
    expect(text).toMatch(/\bB\b/);
    expect(text).not.toMatch(/\bA\b/);
  });
});
