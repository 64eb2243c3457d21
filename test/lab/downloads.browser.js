/** What the page hands over, against the command line that it says makes the same. */
import { execFile } from "node:child_process";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeLink, hashOf } from "./configs.js";
import { cli, finalHashes, inFolder, openChromium, serveLab, until, withPage } from "./pages.js";

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const evaluateAt = { kind: "log", perDecade: 5 };
const config = { vocabSize: 40, embeddingDim: 8, steps: 400, evaluateAt };
const configs = [
  { config, seeds: 3 },
  { config: { ...config, learningRate: 0.01, norm: "rmsnorm" }, seeds: 3 },
];

/** `unigram-lab` as a command of this shell. */
async function shell(folder, script) {
  const command = join(folder, "unigram-lab");
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
  await chmod(command, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  return promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], {
    cwd: folder,
    env,
    maxBuffer: 1 << 26,
  });
}

async function openShare(page) {
  await finalHashes(page);
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByRole("dialog").waitFor();
}

/** Presses that button and keeps what comes. */
async function downloaded(page, name, folder) {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("dialog").getByRole("button", { name }).click(),
  ]);
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

const options = { acceptDownloads: true, permissions: ["clipboard-read", "clipboard-write"] };

test("CSV and Parquet are byte for byte what export writes of the sweep that the dialog gives", async () => {
  await inFolder(async (folder) => {
    const link = await encodeLink({ runs: configs }, server.url);
    await withPage(
      browser,
      link,
      async (page) => {
        await openShare(page);
        const files = [];
        for (const name of ["CSV", "Parquet", "JSON"]) files.push(await downloaded(page, name, folder));
        await page.getByRole("button", { name: "Command line" }).click();
        const command = await page.locator("dialog pre").innerText();
        await until(
          async () => (await page.evaluate(() => navigator.clipboard.readText())) === command,
          "it is on the clipboard",
        );
        await shell(folder, command);
        for (const file of files) {
          const own = join(folder, `own.${file.split(".").at(-1)}`);
          await shell(folder, `unigram-lab export unigram-lab-sweep --out '${own}'`);
          expect((await readFile(file)).equals(await readFile(own)), file).toBe(true);
          expect((await stat(own)).size).toBeGreaterThan(1000);
        }
      },
      options,
    );
  });
});

test("one run is a train command; its config trains it, its snapshot is resumed with the same bits", async () => {
  await inFolder(async (folder) => {
    const link = await encodeLink({ runs: [{ config }], view: { step: 150 } }, server.url);
    const hash = await hashOf(config);
    await withPage(
      browser,
      link,
      async (page) => {
        await openShare(page);
        await page.getByRole("button", { name: "Command line" }).click();
        const command = await page.locator("dialog pre").innerText();
        expect(command).toMatch(/^unigram-lab train /);
        const short = hash.slice(0, 12);
        const trained = await shell(folder, command);
        expect(trained.stdout + trained.stderr).toContain(short);
        const file = await downloaded(page, /^Config of A/, folder);
        const again = await shell(folder, `unigram-lab train --config '${file}'`);
        expect(again.stdout + again.stderr).toContain(short);
        // of the step that is scrubbed to
        const snapshot = await downloaded(page, /^Snapshot of A/, folder);
        const resumed = await shell(folder, `unigram-lab train --resume '${snapshot}'`);
        expect(resumed.stdout + resumed.stderr).toContain(short);
        expect(resumed.stdout).toMatch(/^ +158 /m);
      },
      options,
    );
  });
});

test("code runs, and comes to the records", async () => {
  await inFolder(async (folder) => {
    const link = await encodeLink({ runs: [{ config }] }, server.url);
    await withPage(
      browser,
      link,
      async (page) => {
        await openShare(page);
        await page.getByRole("button", { name: "Code" }).click();
        const code = await page.locator("dialog pre").innerText();
        expect(code).toContain('from "unigram-lab"');
        const index = new URL("../../dist/index.js", import.meta.url).href;
        await writeFile(join(folder, "run.mjs"), code.replaceAll('"unigram-lab"', JSON.stringify(index)));
        const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "run.mjs")]);
        expect(stdout).toMatch(/400/);
      },
      options,
    );
  });
});

test("pictures: SVG and PNG of every figure, for a page and for a slide, light and dark", async () => {
  await inFolder(async (folder) => {
    const link = await encodeLink({ runs: configs }, server.url);
    await withPage(
      browser,
      link,
      async (page) => {
        await openShare(page);
        const dialog = page.getByRole("dialog");
        const figures = await dialog
          .getByLabel("figure")
          .locator("option")
          .evaluateAll((all) => all.map(({ value }) => value));
        expect(figures.length).toBeGreaterThan(3);
        for (const figure of figures) {
          await dialog.getByLabel("figure").selectOption(figure);
          const svg = await readFile(await downloaded(page, "SVG", folder), "utf8");
          expect(svg).toMatch(/^<svg[^>]*>/);
          expect(svg).toContain("</svg>");
        }
        await dialog.getByLabel("size of its text").selectOption("slide");
        await dialog.getByLabel("its colours").selectOption("dark");
        const png = await readFile(await downloaded(page, "PNG", folder));
        expect(png.subarray(1, 4).toString()).toBe("PNG");
        expect(png.readUInt32BE(16)).toBeGreaterThan(500);
      },
      options,
    );
  });
});
