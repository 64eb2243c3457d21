/** Runs on a GPU, which here is Chromium's own in software. Its shaders compile slowly: models are as small as can be. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTrainer } from "../../dist/index.js";
import { decodeLink, encodeLink } from "./configs.js";
import { finalHashes, openChromium, serveLab, stateOf, until, whenOpen, withPage } from "./pages.js";

const software = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
/** Chromium says so of itself, not the page. */
const expected = /powerPreference|experimental|No available adapters/i;
const config = { vocabSize: 10, embeddingDim: 1, steps: 60, evaluateEvery: 20 };

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium(software)]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const withRuns = async (runs, use, query = "?allow-fallback-adapter", from = browser) =>
  withPage(from, await encodeLink({ runs }, server.url + query), use, { expected });

async function lossesOf(config) {
  const trainer = await createTrainer(config);
  const losses = [];
  for await (const { loss } of trainer.run()) losses.push(loss);
  trainer.dispose();
  return losses;
}
const replicasOf = (page) =>
  page.evaluate(() =>
    globalThis.lab.runs.value[0].replicas.value.map(({ config, status, failure, records, computedBy }) => ({
      ...{ seed: config.seed, arithmetic: config.arithmetic, status, failure, computedBy },
      losses: records.map(({ loss }) => loss),
    })),
  );
const by = (page) => page.getByRole("combobox", { name: "by", exact: true });
const openSettings = async (page) => {
  await page.getByRole("button", { name: /schedule, data, model/ }).click();
  await by(page).waitFor();
};

test("a run is taken to the GPU, is marked as one of it, and comes back with the processor's bits", async () => {
  await withRuns([{ config }], async (page) => {
    const [[strict]] = await finalHashes(page);
    await openSettings(page);
    await until(async () => (await by(page).locator("option").count()) === 2, "a GPU is there");
    await by(page).selectOption("gpu");
    await until(async () => (await replicasOf(page))[0].computedBy, "the GPU has it", 240);
    await finalHashes(page);
    const [replica] = await replicasOf(page);
    expect(replica).toMatchObject({
      arithmetic: "relaxed",
      status: "ended",
      computedBy: { backend: "webgpu" },
    });
    const losses = await lossesOf(config);
    expect(replica.losses).toHaveLength(losses.length);
    for (const [i, loss] of losses.entries()) expect(Math.abs(replica.losses[i] - loss)).toBeLessThan(1e-3);
    const line = page.getByRole("region", { name: "runs", exact: true }).getByRole("listitem").first();
    expect(await line.innerText()).toContain(`≈ GPU (${replica.computedBy.adapter})`);
    expect(await page.locator(".same-bits").innerText()).toBe(
      "≈ other bits by nature: computed with other roundings",
    );
    // the link says that it is approximate, and promises no bits
    const { runs } = await decodeLink(await page.evaluate(async () => location.href));
    expect(runs[0].config.arithmetic).toBe("relaxed");
    expect(runs[0].hashes).toBeUndefined();
    // the rate is moved there too
    await page.getByRole("spinbutton", { name: "rate, exactly" }).fill("0.01");
    await page.getByRole("spinbutton", { name: "rate, exactly" }).press("Enter");
    await until(async () => (await stateOf(page)).runs[0].config.learningRate === 0.01, "another rate");
    await finalHashes(page);
    const faster = await lossesOf({ ...config, learningRate: 0.01 });
    expect(Math.abs((await replicasOf(page))[0].losses.at(-1) - faster.at(-1))).toBeLessThan(1e-3);
    // one step back it is the run before, on the GPU still; two, on the processor
    await page.waitForTimeout(1000);
    await page.goBack();
    await until(async () => (await stateOf(page)).runs[0].config.learningRate === 0.001, "the rate before");
    expect(await page.evaluate(() => globalThis.lab.runs.value[0].gpu.value)).toBe(true);
    await by(page).selectOption("here");
    await until(async () => (await stateOf(page)).runs[0].config.arithmetic === "strict", "it is strict");
    expect(await finalHashes(page)).toEqual([[strict]]);
    expect(await line.innerText()).not.toContain("≈");
  });
});

test("seeds go there together", async () => {
  await withRuns([{ config, seeds: 4 }], async (page) => {
    await finalHashes(page);
    await openSettings(page);
    await until(async () => (await by(page).locator("option").count()) === 2, "a GPU is there");
    await by(page).selectOption("gpu");
    await until(
      async () => (await replicasOf(page)).every(({ computedBy }) => computedBy),
      "the GPU has them",
      240,
    );
    await finalHashes(page);
    const replicas = await replicasOf(page);
    expect(replicas.map(({ seed }) => seed)).toEqual([0, 1, 2, 3]);
    for (const { seed, status, losses } of replicas) {
      expect(status).toBe("ended");
      const there = await lossesOf({ ...config, seed });
      for (const [i, loss] of there.entries()) expect(Math.abs(losses[i] - loss)).toBeLessThan(1e-3);
    }
  });
});

test("there it is scrubbed and forked as here, and another size is compiled for when the slider is let go", async () => {
  await withRuns([{ config }], async (page) => {
    await finalHashes(page);
    await page.evaluate(() => globalThis.lab.computeOn(globalThis.lab.focused.value, "gpu"));
    await until(async () => (await replicasOf(page))[0].status === "ended", "it ends", 240);
    await page.getByRole("slider", { name: "step of run A" }).fill("30");
    await until(
      () => page.evaluate(() => globalThis.lab.frame.value?.step === 30),
      "a frame of step 30",
      240,
    );
    await page.getByRole("button", { name: "fork" }).click();
    await until(async () => (await stateOf(page)).focus === "B", "the fork is in focus");
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await finalHashes(page);
    const there = await page.evaluate(() =>
      globalThis.lab.runs.value.map(({ gpu, replicas }) => [
        gpu.value,
        replicas.value[0].records.at(-1).loss,
      ]),
    );
    expect(there.map(([gpu]) => gpu)).toEqual([true, true]);
    expect(Math.abs(there[1][1] - there[0][1])).toBeLessThan(1e-4);
    const moved = () => page.evaluate(() => globalThis.lab.runs.value[1].replicas.value[0].config.vocabSize);
    await page.evaluate(() => globalThis.lab.change({ vocabSize: 12 }));
    expect((await stateOf(page)).notice).toContain("let go to run it");
    await page.waitForTimeout(500);
    expect(await moved()).toBe(10);
    await page.evaluate(() => globalThis.lab.change({ vocabSize: 12 }, { commit: true }));
    await until(async () => (await moved()) === 12, "it runs");
    await finalHashes(page);
    expect(await page.evaluate(() => globalThis.lab.runs.value[1].replicas.value[0].failure)).toBeUndefined();
  });
});

test("is offered for a slow run of many seeds or a large vocabulary, and nothing goes there unasked", async () => {
  const slow = { ...config, steps: 1e7, evaluateAt: { kind: "log" }, evaluateEvery: undefined };
  await withRuns([{ config: slow, seeds: 8 }], async (page) => {
    const offer = page.getByRole("button", { name: /here; on the GPU \(≈, other bits\)\?/ });
    await offer.waitFor();
    const isOnGpu = () => page.evaluate(() => globalThis.lab.runs.value[0].gpu.value);
    expect(await isOnGpu()).toBe(false);
    await offer.click();
    expect(await isOnGpu()).toBe(true);
    await offer.waitFor({ state: "detached" });
  });
  await withRuns([{ config, seeds: 8 }], async (page) => {
    await finalHashes(page);
    expect(await page.getByRole("button", { name: /on the GPU/ }).count()).toBe(0);
  });
});

test("an adapter in software is no GPU unless it is asked for: the page says so, and offers none", async () => {
  await withRuns(
    [{ config, seeds: 8 }],
    async (page) => {
      await whenOpen(page);
      await openSettings(page);
      await page.getByText(/^no GPU: .* in software$/).waitFor();
      expect(await by(page).locator("option").allTextContents()).toEqual(["this processor"]);
    },
    "",
  );
});

test("a link to a run of a GPU is computed approximately where there is none, and says so", async () => {
  const without = await openChromium();
  try {
    await withRuns(
      [{ config: { ...config, arithmetic: "relaxed" } }],
      async (page) => {
        await finalHashes(page);
        expect((await replicasOf(page))[0]).toMatchObject({ arithmetic: "relaxed", status: "ended" });
        expect((await replicasOf(page))[0].computedBy).toBeUndefined();
        expect(await page.locator(".same-bits").innerText()).toBe(
          "≈ other bits by nature: computed with other roundings",
        );
        await openSettings(page);
        await page.getByText(/^no GPU: /).waitFor();
      },
      "",
      without,
    );
  } finally {
    await without.close();
  }
});
