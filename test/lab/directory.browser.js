/** The page follows a directory while its sweep is killed and resumed, and says when the server is gone. */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cli, inFolder, openChromium, serveLab, until, withPage } from "./pages.js";

let browser;
beforeAll(async () => {
  browser = await openChromium();
});
afterAll(() => browser?.close());

const rates = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02];

function startSweep(file, out) {
  const child = spawn(process.execPath, [cli, "sweep", file, "--out", out, "--threads", "1"], {
    stdio: "ignore",
  });
  return { child, ended: new Promise((resolve) => child.once("exit", resolve)) };
}

test("runs come as they are finished, over a kill and a resumption, and the end of the server is a line", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "results");
    const file = join(folder, "sweep.json");
    await writeFile(
      file,
      JSON.stringify({
        base: { vocabSize: 200, embeddingDim: 50, steps: 1500, evaluateAt: { kind: "log", perDecade: 5 } },
        axes: { learningRate: rates, seed: [0, 1, 2, 3] },
      }),
    );
    const server = await serveLab(out);
    try {
      await withPage(
        browser,
        server.url,
        async (page) => {
          const head = page.locator(".directory header");
          await head.waitFor();
          const finished = async () =>
            Number((await head.innerText()).match(/(\d+)( of \d+)? runs? finished/)?.[1] ?? Number.NaN);
          expect(
            await until(
              async () => (await finished()) === 0,
              "it waits for a directory that is not there yet",
            ),
          ).toBe(true);
          const first = startSweep(file, out);
          await until(async () => (await finished()) >= 3, "some runs");
          first.child.kill("SIGKILL");
          await first.ended;
          const text = await until(async () => {
            const now = await head.innerText();
            return now.includes("no process") && now;
          }, "the page says that nobody writes");
          expect(text).toMatch(/\d+ of 24 runs finished/);
          const before = await finished();
          expect(before).toBeLessThan(24);
          const second = startSweep(file, out);
          await until(async () => (await finished()) > before, "it goes on");
          await second.ended;
          await until(async () => (await finished()) === 24, "all runs");
          await until(async () => (await head.innerText()).includes("complete"), "it is complete");
          // compared in the charts
          const lines = await page.evaluate(() => globalThis.lab.runs.value.length);
          await page.getByRole("searchbox", { name: "Filter" }).fill("learningRate>=0.005");
          await until(async () => (await page.locator(".directory tbody tr").count()) === 3, "three configs");
          for (const box of await page.locator(".directory tbody input[type=checkbox]").all())
            await box.check();
          await page.getByRole("button", { name: "Show 3 in charts" }).click();
          await until(
            async () =>
              (await page.evaluate(() =>
                globalThis.lab.runs.value
                  .filter(({ origin }) => origin === "directory")
                  .map(({ replicas }) => replicas.value.length)
                  .join(),
              )) === "4,4,4",
            "three configs of four seeds in the charts",
          );
          expect(await page.evaluate(() => globalThis.lab.runs.value.length)).toBe(lines + 3);
          await server.stop("SIGKILL");
          const said = await until(async () => {
            const now = await page.locator(".directory header p").first().innerText();
            return !now.includes("finished") && now;
          }, "it says that the server is gone");
          expect(said).not.toContain("\n");
          expect(said).toMatch(/server/);
          // the page lives on
          await page.getByRole("button", { name: "Replay" }).click();
          await until(
            () =>
              page.evaluate(() =>
                globalThis.lab.runs.value[0].replicas.value.every(({ status }) => status === "ended"),
              ),
            "it still trains",
          );
        },
        { expected: /Failed to load resource|ERR_CONNECTION_REFUSED/ },
      );
    } finally {
      await server.stop("SIGKILL");
    }
  });
});
