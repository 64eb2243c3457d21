/** Share, of a directory's runs: what the link holds is what whoever opens it gets, and what it does not hold is said. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeLink, encodeLink } from "./configs.js";
import { cli, finalHashes, inFolder, openChromium, serveLab, until, whenOpen, withPage } from "./pages.js";

let browser;
let server;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const run = (...args) => promisify(execFile)(process.execPath, [cli, ...args]);
const small = ["--vocab-size", "20", "--embedding-dim", "4", "--steps", "60"];
const openShare = (page) => page.getByRole("button", { name: "Share" }).click();
const link = (page) => page.getByLabel("link to this page");
const linkOf = (page) => until(() => link(page).inputValue(), "there is a link");

/** A page that follows a sweep of two rates over three seeds, both in the charts. */
const withSweep = (use) =>
  inFolder(async (folder) => {
    const out = join(folder, "sweep");
    await run("sweep", ...small, "--vary", "learningRate=0.01,0.02", "--seeds", "3", "--out", out);
    const following = await serveLab(out);
    try {
      await withPage(browser, following.url, async (page) => {
        await until(async () => (await page.locator(".directory tbody tr").count()) === 2, "two configs");
        for (const box of await page.locator(".directory tbody input[type=checkbox]").all())
          await box.check();
        await page.getByRole("button", { name: "Show 2 in charts" }).click();
        await use(page, following);
      });
    } finally {
      await following.stop();
    }
  });

test("a link has the directory's configs and their seeds, and the receiver's page trains them", async () => {
  await withSweep(async (page) => {
    const own = await page.evaluate(() => {
      const { lab } = globalThis;
      const directory = lab.runs.value.filter(({ origin }) => origin === "directory");
      lab.focus(directory[1]);
      return lab.runs.value.length - directory.length;
    });
    await openShare(page);
    const dialog = page.getByRole("dialog");
    const { runs, focus } = await decodeLink(await linkOf(page));
    expect(runs).toHaveLength(own + 2);
    expect(focus).toBe(own + 1);
    for (const one of runs.slice(own)) {
      expect(one).toMatchObject({ seeds: 3, config: { seed: 0, vocabSize: 20 } });
      expect(one.hashes).toBeUndefined();
    }
    await dialog.getByText("by whoever opens the link").waitFor();
    const snapshot = dialog.getByRole("button", { name: "Snapshot of" });
    expect(await snapshot.isDisabled()).toBe(true);
    await dialog.getByText("no weights of it for a snapshot").waitFor();
    await page.keyboard.press("Escape");

    // without a run of the page's own
    await page.evaluate((count) => {
      const { lab } = globalThis;
      for (const one of lab.runs.value.slice(0, count)) lab.remove(one);
    }, own);
    await openShare(page);
    const address = await linkOf(page);
    expect((await decodeLink(address)).runs).toHaveLength(2);
    await withPage(browser, server.url + address.slice(address.indexOf("#")), async (receiver) => {
      const hashes = await finalHashes(receiver);
      expect(hashes.map((seeds) => seeds.filter(Boolean).length)).toEqual([3, 3]);
    });
  });
});

test("a link of this machine says so, and each of the ways that it says works", async () => {
  const config = { vocabSize: 20, embeddingDim: 4, steps: 60 };
  const first = await encodeLink({ runs: [{ config: { ...config, learningRate: 0.02 } }] }, server.url);
  await withPage(browser, first, async (page) => {
    await finalHashes(page);
    await openShare(page);
    await page.getByRole("dialog").getByText("Only this machine opens this address").waitFor();
    const address = await linkOf(page);
    const { stdout, stderr } = await run("train", "--config", address);
    expect(stdout + stderr).toContain("as the link says");
    // behind the address of a page that is open already
    const other = await serveLab();
    try {
      await withPage(browser, other.url, async (receiver) => {
        await whenOpen(receiver);
        await receiver.goto(other.url + address.slice(address.indexOf("#")));
        await until(
          () => receiver.evaluate(() => globalThis.lab.runs.value[0].config.value.learningRate === 0.02),
          "the link's run",
        );
      });
    } finally {
      await other.stop();
    }
  });
});

test("that it is copied is said at the button, and nothing moves", async () => {
  const link = await encodeLink({ runs: [{ config: { vocabSize: 20, steps: 60 } }] }, server.url);
  const permissions = ["clipboard-read", "clipboard-write"];
  await withPage(
    browser,
    link,
    async (page) => {
      await finalHashes(page);
      await openShare(page);
      await linkOf(page);
      const dialog = page.getByRole("dialog");
      for (const name of ["Copy link", "Command line"]) {
        const button = dialog.getByRole("button", { name });
        const before = await button.boundingBox();
        await button.click();
        const mark = page
          .locator(".share-act", { has: page.getByRole("button", { name }) })
          .locator(".share-mark");
        await mark.waitFor();
        expect(await mark.innerText()).toBe("✓ copied");
        expect(await button.boundingBox()).toEqual(before);
        expect(await dialog.getByRole("status").innerText()).toContain("copied");
      }
    },
    { permissions },
  );
});
