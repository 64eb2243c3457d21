/** The page follows a directory while its sweep is killed and resumed, and says when the server is gone. */
import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cli, inFolder, openChromium, serveLab, until, withPage } from "./pages.js";

let browser;
beforeAll(async () => {
  browser = await openChromium();
});
afterAll(() => browser?.close());

const rates = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02];

function startSweep(file, out, ...options) {
  const child = spawn(process.execPath, [cli, "sweep", file, "--out", out, "--threads", "1", ...options], {
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
        base: { vocabSize: 200, embeddingDim: 50, steps: 3000, evaluateAt: { kind: "log", perDecade: 5 } },
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
          // what there is without a run stands, too
          await page.getByText("The charts begin with the first run that is finished.").waitFor();
          expect(await page.getByRole("button", { name: "Share" }).isDisabled()).toBe(true);
          const first = startSweep(file, out);
          // how many there will be is known as soon as the process has said how it stands
          await until(
            async () => (await finished()) >= 3 && (await head.innerText()).includes(" of 24 "),
            "some runs",
          );
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
          // the charts are the directory's from the beginning, and have followed it
          const charted = () =>
            page.evaluate(() =>
              globalThis.lab.runs.value
                .map(({ origin, replicas }) => `${origin} ${replicas.value.length}`)
                .join(),
            );
          await until(
            async () => (await charted()) === Array(6).fill("directory 4").join(),
            "all configs, with all of their seeds",
          );
          const looks = await page.evaluate(() => globalThis.lab.runs.value.map(({ look }) => look));
          expect(new Set(looks).size).toBe(6);
          expect(await page.evaluate(() => [location.hash, history.length])).toEqual(["", 2]);
          // compared in the charts: what the reader has chosen
          for (const box of await page.locator(".directory tbody input[type=checkbox]").all())
            await box.uncheck();
          await page.getByRole("searchbox", { name: "Filter" }).fill("learningRate>=0.005");
          await until(async () => (await page.locator(".directory tbody tr").count()) === 3, "three configs");
          for (const box of await page.locator(".directory tbody input[type=checkbox]").all())
            await box.check();
          await page.getByRole("button", { name: "Show 3 in charts" }).click();
          await until(
            async () => (await charted()) === Array(3).fill("directory 4").join(),
            "three configs of four seeds in the charts",
          );
          await server.stop("SIGKILL");
          const said = await until(async () => {
            const now = await page.locator(".directory header p").first().innerText();
            return !now.includes("finished") && now;
          }, "it says that the server is gone");
          expect(said).not.toContain("\n");
          expect(said).toMatch(/server/);
          // the page lives on
          await page.getByRole("button", { name: "+ run" }).click();
          await until(
            () =>
              page.evaluate(() => {
                const { origin, replicas } = globalThis.lab.runs.value.at(-1);
                return origin === "here" && replicas.value.every(({ status }) => status === "ended");
              }),
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

test("a page that has lost its last run stands as it did before there was one", async () => {
  await inFolder(async (folder) => {
    const server = await serveLab(join(folder, "results"));
    try {
      await withPage(browser, server.url, async (page) => {
        const train = page.getByRole("button", { name: "Train one here" });
        const look = () => page.evaluate(() => globalThis.lab.look({ panels: ["probabilities"] }));
        const chart = page.getByRole("application", { name: "Learnt against true probabilities" });
        await train.waitFor();
        await look();
        await train.click();
        await chart.waitFor();
        await page.goBack();
        await until(async () => (await chart.count()) === 0, "no chart without a run");
        await train.click();
        await page.getByRole("button", { name: "Share" }).click();
        await page.getByRole("dialog", { name: "Share" }).getByText("Picture").waitFor();
        await page.goBack();
        await page.getByRole("dialog").waitFor({ state: "detached" });
        await train.click();
        await chart.waitFor();
        expect(await page.getByRole("dialog").count()).toBe(0);
        await page.evaluate(() => globalThis.lab.open({ runs: [], view: { panels: ["probabilities"] } }));
        await train.waitFor();
        expect(await page.evaluate(() => globalThis.lab.notice.value)).toBe("");
      });
    } finally {
      await server.stop();
    }
  });
});

test("a server that does not say whether it follows a directory does not keep the page", async () => {
  const server = await serveLab();
  try {
    await withPage(
      browser,
      server.url,
      async (page) => {
        await until(async () => (await lettersOf(page))?.startsWith("A here"), "the page's own runs", 20);
      },
      { before: (page) => page.route("**/api/directory*", () => {}) },
    );
  } finally {
    await server.stop();
  }
});

/** A sweep of these rates over two seeds, to its end, beside what is there. */
async function sweptInto(out, file, rates) {
  const base = { vocabSize: 50, embeddingDim: 8, steps: 200, evaluateEvery: 50 };
  await writeFile(file, JSON.stringify({ base, axes: { learningRate: rates, seed: [0, 1] } }));
  await startSweep(file, out, "--add").ended;
}
const lettersOf = (page) =>
  page.evaluate(() => globalThis.lab.runs?.value.map(({ letter, origin }) => `${letter} ${origin}`).join());
const tickedIn = (page) => page.locator(".directory tbody input:checked").count();

test("the charts begin with the best four of many, and a link, or what the reader has chosen, wins", async () => {
  await inFolder(async (folder) => {
    const [out, file] = [join(folder, "results"), join(folder, "sweep.json")];
    await sweptInto(
      out,
      file,
      Array.from({ length: 9 }, (_, i) => 0.001 * (i + 1)),
    );
    const server = await serveLab(out);
    try {
      let shared;
      await withPage(browser, server.url, async (page) => {
        const four = "A directory,B directory,C directory,D directory";
        await until(async () => (await lettersOf(page)) === four, "four, and nothing of the page's own");
        expect(await tickedIn(page)).toBe(4);
        // the filter takes what the page shows, and says what it hides of the ticked
        const filter = page.getByRole("searchbox", { name: "Filter" });
        const said = page.locator("#directory-filter");
        const rows = () => page.locator(".directory tbody tr").count();
        await filter.fill("n_eff>0 excess loss<100 learningRate<=0.002");
        await until(async () => (await rows()) === 2, "two rates");
        const hidden = 4 - (await tickedIn(page));
        expect(await said.innerText()).toContain(`the filter hides ${hidden} of the 4 ticked`);
        await filter.fill("");
        await until(async () => (await rows()) === 9, "all again");
        expect(await page.locator(".directory tbody tr").first().innerText()).toMatch(/\d ± [\d.]+/);
        expect(await filter.getAttribute("aria-invalid")).toBe("false");
        await filter.fill("foo<1");
        await until(async () => (await filter.getAttribute("aria-invalid")) === "true", "it is wrong");
        expect(await said.innerText()).toBe("⚠ filter: no run has a field foo; all 9 configs are shown");
        const colours = await page.evaluate(() =>
          ["#directory-filter", ".directory header p"].map(
            (selector) => getComputedStyle(document.querySelector(selector)).color,
          ),
        );
        expect(colours[0]).not.toBe(colours[1]);
        await filter.fill("");
        // what is removed from the list is not ticked any more, and does not come back
        await page.getByRole("button", { name: "remove run B" }).click();
        await until(async () => (await tickedIn(page)) === 3, "its tick is gone");
        await sweptInto(out, file, [0.02, 0.03]);
        await until(
          async () => (await page.locator(".directory tbody tr").count()) === 11,
          "two more in the table",
        );
        expect(await lettersOf(page)).toBe("A directory,C directory,D directory");
        expect(await tickedIn(page)).toBe(3);
        // all at once, as many as there is room for; none again; and those that there were
        const box = page.getByRole("checkbox", { name: "compare all that are shown" });
        for (const count of [8, 0]) {
          await box.click();
          await until(async () => (await tickedIn(page)) === count, `${count} are ticked`);
        }
        expect(await lettersOf(page)).toBe("A directory,C directory,D directory");
        // what has no model says so, and is trained here on demand
        const panel = page.locator('[data-panel="embedding"]');
        await panel
          .getByText("Run A was read from the directory: it has curves, and no model to look at here.")
          .waitFor();
        await panel.getByRole("button", { name: "Train its config here" }).click();
        await until(
          async () => (await panel.innerText()).includes("B, seed 0, step 200"),
          "where its tokens are",
        );
        expect(await lettersOf(page)).toBe("A directory,C directory,D directory,B here");
        expect(
          await page.evaluate(() => {
            const [a, , , b] = globalThis.lab.runs.value.map(({ replicas }) => replicas.value);
            return b.map(({ records }, i) => records.at(-1).loss === a[i].records.at(-1).loss);
          }),
        ).toEqual([true, true]);
        await until(async () => (await page.evaluate(() => location.hash)).length > 1, "its link");
        shared = page.url();
      });
      await withPage(browser, shared, async (page) => {
        await until(
          async () => (await page.locator(".directory tbody tr").count()) === 11,
          "the directory, too",
        );
        expect(await lettersOf(page)).toBe("A here");
        expect(await tickedIn(page)).toBe(0);
      });
    } finally {
      await server.stop();
    }
  });
});

test("what the reader has turned to stays when there is a better one, and ticks of what is gone do not count", async () => {
  await inFolder(async (folder) => {
    const [out, file] = [join(folder, "results"), join(folder, "sweep.json")];
    await sweptInto(out, file, [0.0001, 0.0002, 0.0003, 0.0004]);
    const server = await serveLab(out);
    try {
      await withPage(browser, server.url, async (page) => {
        const four = "A directory,B directory,C directory,D directory";
        const rows = (count) =>
          until(
            async () => (await page.locator(".directory tbody tr").count()) === count,
            `${count} configs`,
          );
        await until(async () => (await lettersOf(page)) === four, "all four");
        // out of sight for a chapter of the tour is not the reader's doing
        await page.evaluate(() => {
          const { lab } = globalThis;
          lab.chapter.value = "collapse";
          for (const run of lab.runs.value) lab.show(run, false);
          lab.chapter.value = undefined;
          for (const run of lab.runs.value) lab.show(run, true);
        });
        await sweptInto(out, file, [0.0005]);
        await until(async () => (await lettersOf(page)) === `${four},E directory`, "it follows");
        await page.getByRole("button", { name: /^C / }).click();
        await sweptInto(out, file, [0.01, 0.02, 0.03, 0.04]);
        await rows(9);
        expect(await lettersOf(page)).toBe(`${four},E directory`);
        expect(await page.evaluate(() => globalThis.lab.focused.value.letter)).toBe("C");
        expect(await tickedIn(page)).toBe(5);
        // begun anew, with others
        await rm(out, { recursive: true });
        await sweptInto(out, file, [0.1, 0.2]);
        await rows(2);
        expect(await page.locator("#directory-filter").innerText()).not.toContain("hides");
        await page.getByRole("button", { name: "Show 0 in charts" }).waitFor();
      });
    } finally {
      await server.stop();
    }
  });
});
