/** The page of examples/page, built and served by `vite dev`, in Chromium, as a visitor uses it. */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createServer, build as viteBuild } from "vite";
import { afterAll, describe, expect, test } from "vitest";
import { chromiumPath, project, removeProjects, root, serve, withPage } from "./project.js";

afterAll(removeProjects);

const servers = {
  async built(dir) {
    await viteBuild({ root: dir, logLevel: "error" });
    return serve(join(dir, "dist"), { isolated: false });
  },
  async "served by vite dev"(dir) {
    const server = await createServer({ root: dir, logLevel: "error", server: { host: "127.0.0.1" } });
    await server.listen();
    return { url: server.resolvedUrls.local[0], close: () => server.close() };
  },
};

describe.each(Object.keys(servers))("the page, %s", (name) => {
  test("draws a curve a run, says what is wrong, and stops", async ({ skip }) => {
    await readFile(chromiumPath).catch(() => skip(`there is no ${chromiumPath}`));
    const dir = await project(`page-${name.replaceAll(" ", "-")}`);
    await cp(join(root, "examples/page"), dir, { recursive: true });
    const server = await servers[name](dir);
    try {
      await withPage(async (page) => {
        await page.goto(`${new URL("index.html", server.url)}`);
        const status = page.locator("output");
        const says = (text) => expect.poll(() => status.textContent(), { timeout: 60_000 }).toMatch(text);
        const fill = async (config) => {
          for (const [field, value] of Object.entries(config)) await page.fill(`[name=${field}]`, value);
          await page.click("#train");
        };
        const config = { vocabSize: 40, embeddingDim: 8, learningRate: 0.02, steps: 200 };
        const { createTrainer } = await import("../../dist/index.js");
        const trainer = await createTrainer({ ...config, evaluateAt: { kind: "log", perDecade: 20 } });
        const records = [];
        for await (const record of trainer.run()) records.push(record);
        const { excessLoss, effectiveDimension } = records.at(-1);

        // nothing is drawn of a run that is refused
        await fill({ vocabSize: "0" });
        await says(/^vocabSize: expected a whole number from 1 to 16777216, got 0$/);
        expect(await page.locator("polyline").count()).toBe(0);

        await fill(Object.fromEntries(Object.entries(config).map(([field, value]) => [field, `${value}`])));
        await says(/^Trained 200 of 200 steps\.$/);
        expect(await page.locator("tbody td").allTextContents()).toEqual([
          ...["", "40", "8", "0.02", "200"],
          ...[excessLoss.toPrecision(3), effectiveDimension.toFixed(1)],
        ]);
        // every record but that of step 0, which a logarithmic axis does not have
        const points = await page.locator("polyline").getAttribute("points");
        expect(points.split(" ")).toHaveLength(records.length - 1);

        // another one, stopped: its curve stays beside the first
        await fill({ vocabSize: "1000", steps: "1000000" });
        await expect.poll(() => page.locator("polyline").count(), { timeout: 60_000 }).toBe(2);
        expect(page.workers()).toHaveLength(1);
        await page.click("#stop");
        await says(/^Stopped\.$/);
        await expect.poll(() => page.workers().length).toBe(0);
        expect(await page.locator("polyline").count()).toBe(2);
        expect(await page.locator("#train").isEnabled()).toBe(true);

        // one that diverges is a row too
        await fill({ vocabSize: "20", learningRate: "1e30", steps: "100" });
        await says(/^Diverged at step \d+\.$/);
        expect(await page.locator("tbody tr").last().locator("td").nth(5).textContent()).toBe("diverged");
      });
    } finally {
      await server.close();
    }
  });
});
