/** The page in Firefox, without a driver: a page around it, of the same origin, looks on and posts what it sees. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { isThere, withFirefox } from "../conformance/firefox.js";
import { serve } from "../conformance/project.js";
import { configs, encodeLink, hashOf } from "./configs.js";
import { cli, inFolder } from "./pages.js";

/** Opens the links one after another in a frame: what the page came to, what it says, and what went wrong in it. */
const onlooker = (links) => `
const until = async (holds) => {
  for (let i = 0; i < 1200; i++) {
    const found = holds();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not come to pass: " + holds);
};
const frame = document.querySelector("iframe");
const found = [];
try {
  for (const link of ${JSON.stringify(links)}) {
    frame.src = "about:blank";
    await new Promise((resolve) => { frame.onload = resolve; });
    frame.src = link;
    await new Promise((resolve) => { frame.onload = resolve; });
    const page = frame.contentWindow;
    const errors = [];
    page.addEventListener("error", ({ message }) => errors.push(message));
    page.addEventListener("unhandledrejection", ({ reason }) => errors.push(String(reason)));
    page.document.addEventListener("securitypolicyviolation", ({ blockedURI }) => errors.push(blockedURI));
    const replicas = await until(() => {
      const all = page.lab?.runs?.value.flatMap((run) => run.replicas.value);
      return all?.length > 0 && all.every(({ weightsHash }) => weightsHash) && all;
    });
    const said = await until(() => page.document.querySelector(".same-bits")?.textContent);
    const charts = page.document.querySelectorAll("[data-panel] canvas").length;
    found.push({ hashes: replicas.map(({ weightsHash }) => weightsHash), said, charts, errors });
  }
} catch (error) {
  found.push({ error: String(error) });
}
await fetch("/", { method: "POST", body: JSON.stringify(found) });
`;

test("it opens, trains, and two links give Node's hashes", async ({ skip }) => {
  await isThere().catch(({ message }) => skip(message));
  await inFolder(async (folder) => {
    await promisify(execFile)(process.execPath, [cli, "lab", "--build", folder]);
    const chosen = ["V 10, D 1, tied", "low-rank targets, exact gradient"].map((name) => configs[name]);
    const hashes = await Promise.all(chosen.map(hashOf));
    const links = await Promise.all(
      chosen.map((config, i) => encodeLink({ runs: [{ config, hashes: [hashes[i]] }] }, "/index.html")),
    );
    await writeFile(join(folder, "onlooker.js"), onlooker(links));
    await writeFile(
      join(folder, "onlooker.html"),
      '<!doctype html><title>onlooker</title><iframe width="1200" height="800"></iframe><script type="module" src="onlooker.js"></script>',
    );
    const server = await serve(folder);
    try {
      const found = await withFirefox(`${server.url}/onlooker.html`, server.posted);
      expect(found).toEqual(
        hashes.map((hash) => ({
          hashes: [hash],
          said: expect.stringContaining(`same bits ${hash.slice(0, 8)}`),
          charts: expect.any(Number),
          errors: [],
        })),
      );
      for (const { charts } of found) expect(charts).toBeGreaterThan(0);
      expect(await readFile(join(folder, "index.html"), "utf8")).toContain("lab.js");
    } finally {
      await server.close();
    }
  });
});
