/** The page is not ten times slower than it is meant to be; how quick it is says bench/lab.mjs. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { busy, fourRuns, latencies, reruns, smallRun } from "./measures.js";
import { openChromium, serveLab, withPage } from "./pages.js";

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("with four runs at V = D = 100 it draws, steps, and shares its workers evenly", async () => {
  const { framesPerSecond, inSteps, other, stepsPerSecond } = await withPage(
    browser,
    await fourRuns(server.url),
    (page) => busy(page, 3),
  );
  expect(framesPerSecond).toBeGreaterThan(5.5);
  expect(inSteps / (inSteps + other)).toBeGreaterThan(0.4);
  expect(Math.max(...stepsPerSecond)).toBeLessThan(10 * Math.min(...stepsPerSecond));
});

test("a slider is followed by the whole new run", async () => {
  await withPage(browser, await smallRun(server.url), async (page) => {
    const all = (await latencies(page, 20)).sort((a, b) => a - b);
    expect(all[10]).toBeLessThan(500);
    const { runs, seconds } = await reruns(page, 2);
    expect(runs / seconds).toBeGreaterThan(3);
  });
});
