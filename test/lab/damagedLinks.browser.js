/** Damaged links: what is wrong is said in a line that names the field, and the page is there all the same. */
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { draws } from "../soak/tools.mjs";
import { decodeLink, encodeLink } from "./configs.js";
import { openChromium, root, serveLab, until, whenOpen, withPage } from "./pages.js";

let server;
let browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([serveLab(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const link = {
  runs: [
    { config: { vocabSize: 20, embeddingDim: 2, steps: 200 }, seeds: 3, pinned: true },
    {
      config: {
        vocabSize: 30,
        embeddingDim: 4,
        steps: 100,
        targets: { kind: "topics", count: 3, strength: 0.5 },
        optimizer: { kind: "sgd", momentum: 0.9 },
        learningRate: {
          kind: "sequence",
          parts: [
            [0, 0.1],
            [50, 0.01],
          ],
        },
      },
      hashes: ["ab".repeat(32)],
    },
  ],
  focus: 1,
  view: { panels: ["loss"], logX: true, fit: [10, 90], axes: [0, 1], step: 50 },
  chapter: "collapse",
};

const fragment = (value) => `#v1.${deflateSync(Buffer.from(JSON.stringify(value))).toString("base64url")}`;
const wrongValues = [null, "x", -1, 1.5, 1e300, [], {}, true, "\u0000", [[]], { kind: "none" }];
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.#%=/+ é";

/** All places in a value, as paths. */
const places = (value, path = []) =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => [[...path, name], ...places(inner, [...path, name])])
    : [];

/** A field set to something else, taken away or misspelt: a whole link of a wrong content. */
function wrongContent(draw) {
  const copy = structuredClone(link);
  const all = places(copy);
  const path = all[draw(all.length)];
  const name = path.at(-1);
  const parent = path.slice(0, -1).reduce((value, one) => value[one], copy);
  const kind = draw(4);
  if (kind === 0 && !Array.isArray(parent)) {
    parent[`${name}x`] = parent[name];
    delete parent[name];
  } else if (kind === 1 && !Array.isArray(parent)) delete parent[name];
  else parent[name] = wrongValues[draw(wrongValues.length)];
  return fragment(copy);
}

/** Characters changed, taken away or put in. */
function wrongText(whole, draw) {
  const characters = [...whole];
  for (let count = 1 + draw(3); count > 0; count--) {
    const at = draw(characters.length);
    const other = alphabet[draw(alphabet.length)];
    const kind = draw(4);
    if (kind === 0) characters.length = Math.max(2, at);
    else characters.splice(at, kind === 1 ? 1 : kind === 2 ? 0 : 1, ...(kind === 1 ? [] : [other]));
  }
  return characters.join("");
}

async function damaged(count) {
  const draw = draws(18);
  const whole = await encodeLink(link);
  return Array.from({ length: count }, (_, i) => (i % 2 === 0 ? wrongText(whole, draw) : wrongContent(draw)));
}

test("1,000 of them: each is refused in one line, or read as in Node", async () => {
  const texts = await damaged(1000);
  const expected = await Promise.all(
    texts.map((text) =>
      decodeLink(text).then(
        (value) => ({ value: JSON.stringify(value) }),
        (error) => ({ name: error.constructor.name, message: error.message }),
      ),
    ),
  );
  const found = await withPage(browser, server.url, async (page) => {
    await whenOpen(page);
    // the package's own bundle of what the page has within its own, beside the page's library
    await page.route("**/browser.js", (route) =>
      route.fulfill({ path: `${root}dist/browser.js`, contentType: "text/javascript" }),
    );
    // as text: an import within a function would be made another by the test's own compiler
    return page.evaluate(`(async (all) => {
      const { decodeLink } = await import("./browser.js");
      const results = [];
      for (const text of all)
        results.push(
          await decodeLink(text).then(
            (value) => ({ value: JSON.stringify(value) }),
            (error) => ({ name: "ConfigError", message: error.message }),
          ),
        );
      return results;
    })(${JSON.stringify(texts)})`);
  });
  const refused = found.filter(({ message }) => message !== undefined);
  // what takes a field away may leave a good link
  expect(refused.length).toBeGreaterThan(800);
  for (const { message } of refused) expect(message).toMatch(/^[\w.[\]]+: [^\n]+$/);
  // bundlers rename classes
  expect(found).toEqual(expected.map((one) => (one.name ? { ...one, name: "ConfigError" } : one)));
  const fields = new Set(refused.map(({ message }) => message.split(":")[0]));
  for (const field of ["link", "runs[1].config.targets.count", "runs[0].seeds", "focus", "view.fit"])
    expect([...fields]).toContain(field);
});

test("twenty of them in the address: the notice names the field, and the page begins as it does without one", async () => {
  const texts = await damaged(200);
  const refused = [];
  for (const text of texts)
    await decodeLink(text).catch(({ message }) => refused.push({ text, field: message.split(":")[0] }));
  const runsOf = (page) => page.evaluate(() => globalThis.lab.runs.value.map(({ config }) => config.value));
  const usual = await withPage(browser, server.url, async (page) => {
    await whenOpen(page);
    return runsOf(page);
  });
  for (const { text, field } of refused.slice(0, 20))
    await withPage(browser, server.url + text, async (page) => {
      await whenOpen(page);
      const notice = await until(
        () => page.locator("[role=status]", { hasText: "damaged" }).first().innerText(),
        "a notice",
      );
      expect(notice).toContain(field);
      expect(notice).not.toContain("\n");
      expect(await runsOf(page)).toEqual(usual);
    });
});

test("one that is pasted over the page's own address leaves its runs, and is said too", async () => {
  await withPage(browser, server.url, async (page) => {
    await whenOpen(page);
    const before = await page.evaluate(() => globalThis.lab.runs.value.length);
    const text = fragment({ ...link, focus: 7 });
    await page.evaluate((hash) => {
      location.hash = hash;
    }, text);
    await until(() => page.evaluate(() => globalThis.lab.notice.value.includes("focus")), "a notice");
    expect(await page.evaluate(() => globalThis.lab.runs.value.length)).toBe(before);
  });
});
