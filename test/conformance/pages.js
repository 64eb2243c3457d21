/** Pages of Chromium and of Firefox, and their workers, with the installed tarball: as it is, and built by esbuild and by Vite. */
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { firefoxVersion, isThere, withFirefox } from "./firefox.js";
import { chromiumPath, project, serve, withPage } from "./project.js";

const html = (script, importMap = "") =>
  `<!doctype html><meta charset="utf-8"><title>conformance</title>${importMap}<script type="module" src="${script}"></script>`;
const starter = (url) => `
const worker = new Worker(${url}, { type: "module" });
worker.onmessage = ({ data }) => { globalThis.result = data; };
worker.onerror = ({ message }) => { globalThis.result = { error: message || "the worker did not start" }; };
`;
const workerByUrl = 'new URL("./webWorker.js", import.meta.url)';
const importMap = `<script type="importmap">{ "imports": {
  "unigram-lab": "/node_modules/unigram-lab/dist/index.js",
  "unigram-lab/webgpu": "/node_modules/unigram-lab/dist/webgpu.js" } }</script>`;

/**
 * In Chromium: `prepare` gives the path of the page in its project. `program` is a module's text that leaves what it found
 * in `result`: it becomes page.js, and webWorker.js, which starter.js starts.
 */
export const inChromium = (name, program, prepare, browserArguments = []) => ({
  name,
  async available() {
    await access(chromiumPath).catch(() => {
      throw new Error(`there is no ${chromiumPath}`);
    });
  },
  async run() {
    const dir = await project(name.replaceAll(/[ ,]+/g, "-").toLowerCase(), {
      "page.js": `${program}\nglobalThis.result = result;`,
      "webWorker.js": `${program}\npostMessage(result);`,
      "starter.js": starter(workerByUrl),
    });
    const server = await serve(dir);
    try {
      const path = await prepare(dir);
      const { result, version } = await withPage(async (page) => {
        await page.goto(server.url + path);
        await page.waitForFunction(() => globalThis.result, undefined, { timeout: 600_000 });
        return page.evaluate(() => globalThis.result);
      }, browserArguments);
      if (result.error) throw new Error(result.error);
      return { version, ...result };
    } finally {
      await server.close();
    }
  },
  lacks: {},
});

/** Nobody drives Firefox: its page posts what it found. */
const poster = `
try {
  // the page's own script, which runs once: how it failed
  await import(document.querySelector("script[src]").src);
} catch (error) {
  globalThis.result = { error: String(error) };
}
while (globalThis.result === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
await fetch("/", { method: "POST", body: JSON.stringify(globalThis.result) });
`;

/** In Firefox, as `inChromium` does it; for pages that are not built. */
export const inFirefox = (name, program, prepare) => ({
  name,
  available: isThere,
  async run() {
    const dir = await project(name.replaceAll(/[ ,]+/g, "-").toLowerCase(), {
      "page.js": `${program}\nglobalThis.result = result;`,
      "webWorker.js": `${program}\npostMessage(result);`,
      "poster.js": poster,
    });
    const path = await prepare(dir);
    await writeFile(
      join(dir, path),
      `${await readFile(join(dir, path), "utf8")}<script type="module" src="/poster.js"></script>`,
    );
    const server = await serve(dir);
    try {
      const result = await withFirefox(server.url + path, server.posted);
      if (result.error) throw new Error(result.error);
      return { version: await firefoxVersion(), ...result };
    } finally {
      await server.close();
    }
  },
  lacks: {},
});

export async function plainPage(dir) {
  await writeFile(join(dir, "index.html"), html("/page.js", importMap));
  return "/index.html";
}

/** Workers have no import maps: their specifiers are rewritten by the server. */
export async function plainWorker(dir) {
  await writeFile(join(dir, "starter.js"), starter('"/rewritten/webWorker.js"'));
  await writeFile(join(dir, "index.html"), html("/starter.js"));
  return "/index.html";
}

export const esbuildPage = (entries, page) => async (dir) => {
  await build({
    absWorkingDir: dir,
    entryPoints: entries,
    outdir: join(dir, "built"),
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target: "es2022",
    logLevel: "error",
  });
  await writeFile(join(dir, "index.html"), html(`/built/${page}`));
  return "/index.html";
};

export const vitePage = (script) => async (dir) => {
  const { build } = await import("vite");
  await mkdir(join(dir, "app"), { recursive: true });
  await writeFile(join(dir, "index.html"), html(`/${script}`));
  await build({
    root: dir,
    base: "/app/",
    logLevel: "error",
    configFile: false,
    // threads are a chunk of their own, which only module workers can have; top-level await in the page
    worker: { format: "es" },
    build: { outDir: "app", target: "es2022" },
  });
  return "/app/index.html";
};
