/** Empty projects with the packed tarball installed, and the little servers and processes that the runtimes need. */
import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const run = promisify(execFile);
export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
/** A program that npm installed. */
export const bin = (path) => join(here, "node_modules", path);

/** Packs `dist` as it is built and installs the tarball once; all projects are copies of that folder. */
async function install() {
  const dir = await mkdtemp(join(tmpdir(), "unigram-lab-conformance-"));
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", dir], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const [{ filename }] = JSON.parse(stdout);
  const first = join(dir, "installed");
  await mkdir(first);
  await writeFile(join(first, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", join(dir, filename)], {
    cwd: first,
  });
  return { dir, first, tarball: join(dir, filename) };
}

let installed;
export const installation = () => {
  installed ??= install();
  return installed;
};

/** Removes the projects of this process, hundreds of megabytes. */
export const removeProjects = async () => {
  if (installed) await rm((await installed).dir, { recursive: true, force: true });
};

/** A project of that name, with the suites and the files given. */
export async function project(name, files = {}) {
  const { dir, first } = await installation();
  const path = join(dir, name);
  await cp(first, path, { recursive: true });
  for (const suite of ["suite.js", "webgpuSuite.js"]) await cp(join(here, suite), join(path, suite));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return path;
}

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".css": "text/css",
  ".map": "application/json",
};

/**
 * Serves a folder on a free port of this machine, cross-origin isolated unless told otherwise. Under `/rewritten/` the
 * bare specifiers are replaced, as a CDN does for module workers, which have no import maps. What a page posts, as JSON,
 * `posted` gives: the first of it.
 */
export async function serve(dir, { isolated = true } = {}) {
  let take;
  const posted = new Promise((resolve) => {
    take = resolve;
  });
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (request.method === "POST") {
      take(await json(request));
      response.end();
      return;
    }
    const path = normalize(pathname).replace(/^\/rewritten/, "");
    try {
      let body = await readFile(join(dir, path));
      if (pathname.startsWith("/rewritten/") && extname(path) === ".js" && !path.includes("node_modules"))
        body = body
          .toString()
          .replaceAll('"unigram-lab"', '"/node_modules/unigram-lab/dist/index.js"')
          .replaceAll('"unigram-lab/webgpu"', '"/node_modules/unigram-lab/dist/webgpu.js"');
      response.writeHead(200, {
        "content-type": types[extname(path)] ?? "application/octet-stream",
        ...(isolated && {
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-embedder-policy": "require-corp",
        }),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    posted,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a server process and waits until it answers. */
export async function startServer(command, args, url) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (child.exitCode !== null) throw new Error(`${command} ended: ${stderr}`);
    try {
      await fetch(`${url}/ready`);
      return { stop: () => child.kill("SIGKILL") };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  child.kill("SIGKILL");
  throw new Error(`${command} does not answer: ${stderr}`);
}

/** Debian's, or another by CHROMIUM. */
export const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** A Chromium with one page open; `use` gets the page. */
export async function withPage(use, browserArguments = []) {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", ...browserArguments],
  });
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    const result = await use(page);
    if (errors.length > 0) throw new Error(`the page had errors: ${errors.join("; ")}`);
    return { result, version: browser.version() };
  } finally {
    await browser.close();
  }
}
