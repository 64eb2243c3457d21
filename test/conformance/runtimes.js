/**
 * Every runtime: how the suite gets there from the installed tarball. `run` gives `{ version, cases, features }` as the
 * runtime itself found them; `lacks` says which features it cannot have, and why.
 */
import { access, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EdgeVM } from "@edge-runtime/vm";
import { build } from "esbuild";
import { chromiumPath, freePort, here, project, run, serve, startServer, withPage } from "./project.js";

const bin = (path) => join(here, "node_modules", path);

/** For runtimes with files: runs both and prints them. */
const fileProgram = (version) => `
import { readFile } from "node:fs/promises";
import { conformance, features } from "./suite.js";
const bytes = await readFile(new URL("node_modules/unigram-lab/dist/kernel.wasm", import.meta.url));
console.log(JSON.stringify({ version: ${version}, cases: await conformance(), features: await features({ bytes }) }));
process.exit(0);
`;

/** `[name, command, arguments before the program, the version as the runtime knows it]` */
const fromFiles = (name, command, args, version) => ({
  name,
  async run() {
    const dir = await project(name.replaceAll(" ", "-").toLowerCase(), { "main.js": fileProgram(version) });
    const { stdout } = await run(command, [...args, "main.js"], { cwd: dir, maxBuffer: 1 << 24 });
    return JSON.parse(stdout);
  },
  lacks: {},
});

const kernelAsModules = {
  name: "kernel-as-a-module-of-its-own",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\.wasm(\?module)?$/ }, () => ({ path: "./kernel.wasm", external: true })),
};

/** A Worker as wrangler bundles it: its conditions, WebAssembly left to the runtime. */
export async function bundleWorker(dir, entry, outfile) {
  await build({
    absWorkingDir: dir,
    entryPoints: [entry],
    outfile: join(dir, outfile),
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    plugins: [kernelAsModules],
    logLevel: "error",
  });
  await cp(join(dir, "node_modules/unigram-lab/dist/kernel.wasm"), join(dir, "dist/kernel.wasm"));
}

const workerProgram = `
import module from "unigram-lab/kernel.wasm";
import { conformance, features } from "./suite.js";
export default {
  async fetch(request) {
    if (request.url.endsWith("/ready")) return new Response("ready");
    // the kernel found by itself needs none; where it is handed in, features say so
    const found = await features();
    const handed = await features({ module });
    found["kernel handed in"] = handed["kernel handed in"];
    return Response.json({ cases: await conformance(), features: found });
  },
};
`;
const noThreads = "isolates have no threads";

const workerd = {
  name: "workerd",
  async run() {
    const dir = await project("workerd", { "worker.js": workerProgram });
    await bundleWorker(dir, "worker.js", "dist/worker.js");
    const port = await freePort();
    await writeFile(
      join(dir, "dist/config.capnp"),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [
      (name = "worker.js", esModule = embed "worker.js"),
      (name = "kernel.wasm", wasm = embed "kernel.wasm"),
    ],
    compatibilityDate = "2026-04-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`,
    );
    const command = bin("@cloudflare/workerd-linux-64/bin/workerd");
    const { stdout } = await run(command, ["--version"]);
    const url = `http://127.0.0.1:${port}`;
    const server = await startServer(command, ["serve", join(dir, "dist/config.capnp")], url);
    try {
      return { version: stdout.trim().replace("workerd ", ""), ...(await (await fetch(url)).json()) };
    } finally {
      server.stop();
    }
  },
  lacks: { "threads in a run": noThreads },
};

const miniflare = {
  name: "Miniflare",
  async run() {
    const { Miniflare } = await import("miniflare");
    const dir = await project("miniflare", { "worker.js": workerProgram });
    await bundleWorker(dir, "worker.js", "dist/worker.js");
    const worker = new Miniflare({
      modules: true,
      modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
      modulesRoot: join(dir, "dist"),
      scriptPath: join(dir, "dist/worker.js"),
      compatibilityDate: "2026-04-01",
    });
    try {
      const { version } = JSON.parse(await readFile(bin("miniflare/package.json"), "utf8"));
      return { version, ...(await (await worker.dispatchFetch("http://localhost/")).json()) };
    } finally {
      await worker.dispose();
    }
  },
  lacks: { "threads in a run": noThreads },
};

/** Vercel's runtime. With code generation forbidden, the bundler hands over the modules that the platform compiled. */
const edge = (name, { forbidden }) => ({
  name,
  async run() {
    const dir = await project(name.replaceAll(/[ ,]+/g, "-").toLowerCase(), {
      "main.js": `import { conformance, features } from "./suite.js"; globalThis.lab = { conformance, features };`,
    });
    const { outputFiles } = await build({
      absWorkingDir: dir,
      entryPoints: ["main.js"],
      bundle: true,
      write: false,
      format: "iife",
      conditions: forbidden ? ["edge-light", "worker", "browser"] : ["browser"],
      plugins: [
        {
          name: "wasm-by-the-platform",
          setup({ onResolve, onLoad }) {
            onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: "platform" }));
            onLoad({ filter: /.*/, namespace: "platform" }, () => ({
              contents: "export default globalThis.wasm_kernel;",
            }));
          },
        },
      ],
      logLevel: "error",
    });
    const bytes = await readFile(join(dir, "node_modules/unigram-lab/dist/kernel.wasm"));
    const module = new WebAssembly.Module(bytes);
    const vm = new EdgeVM({
      codeGeneration: { strings: false, wasm: !forbidden },
      extend: (context) => Object.assign(context, { wasm_kernel: module }),
    });
    vm.evaluate(outputFiles[0].text);
    const { conformance, features } = vm.evaluate("lab");
    const found = await features();
    // a module of another realm than the runtime's own
    found["kernel handed in"] = (await features({ module }))["kernel handed in"];
    const { version } = JSON.parse(await readFile(bin("@edge-runtime/vm/package.json"), "utf8"));
    return { version, ...JSON.parse(JSON.stringify({ cases: await conformance(), features: found })) };
  },
  lacks: { "threads in a run": "the edge runtime has no threads" },
});

const runHere = `
const bytes = await (await fetch("/node_modules/unigram-lab/dist/kernel.wasm")).arrayBuffer();
const result = { cases: await conformance(), features: await features({ bytes }) };
`;
const pageProgram = `import { conformance, features } from "./suite.js";\n${runHere}\nglobalThis.result = result;`;
const webWorkerProgram = `import { conformance, features } from "./suite.js";\n${runHere}\npostMessage(result);`;
const html = (script, importMap = "") =>
  `<!doctype html><meta charset="utf-8"><title>conformance</title>${importMap}<script type="module" src="${script}"></script>`;
const starter = (url) => `
const worker = new Worker(${url}, { type: "module" });
worker.onmessage = ({ data }) => { globalThis.result = data; };
worker.onerror = ({ message }) => { globalThis.result = { error: message || "the worker did not start" }; };
`;
const workerByUrl = 'new URL("./webWorker.js", import.meta.url)';

/** In Chromium: `prepare` gives the path of the page in its project. */
const inChromium = (name, prepare) => ({
  name,
  async available() {
    await access(chromiumPath).catch(() => {
      throw new Error(`there is no ${chromiumPath}`);
    });
  },
  async run() {
    const dir = await project(name.replaceAll(/[ ,]+/g, "-").toLowerCase(), {
      "page.js": pageProgram,
      "webWorker.js": webWorkerProgram,
      "starter.js": starter(workerByUrl),
    });
    const server = await serve(dir);
    try {
      const path = await prepare(dir);
      const { result, version } = await withPage(async (page) => {
        await page.goto(server.url + path);
        await page.waitForFunction(() => globalThis.result, undefined, { timeout: 600_000 });
        return page.evaluate(() => globalThis.result);
      });
      if (result.error) throw new Error(result.error);
      return { version, ...result };
    } finally {
      await server.close();
    }
  },
  lacks: {},
});

const esbuildPage = (entries, page) => async (dir) => {
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

const vitePage = (script) => async (dir) => {
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

const importMap = `<script type="importmap">{ "imports": { "unigram-lab": "/node_modules/unigram-lab/dist/index.js" } }</script>`;

export const runtimes = [
  ...["20", "22", "24", "26"].map((major) =>
    fromFiles(`Node ${major}`, bin(`node${major}/bin/node`), [], "process.versions.node"),
  ),
  fromFiles(
    "Deno",
    bin("@deno/linux-x64-glibc/deno"),
    ["run", "--allow-all", "--cached-only"],
    "Deno.version.deno",
  ),
  fromFiles("Bun", bin("@oven/bun-linux-x64/bin/bun"), ["run"], "Bun.version"),
  workerd,
  miniflare,
  edge("Edge runtime", { forbidden: false }),
  edge("Edge runtime, no code generation", { forbidden: true }),
  inChromium("Chromium page", async (dir) => {
    await writeFile(join(dir, "index.html"), html("/page.js", importMap));
    return "/index.html";
  }),
  inChromium("Chromium worker", async (dir) => {
    await writeFile(join(dir, "starter.js"), starter('"/rewritten/webWorker.js"'));
    await writeFile(join(dir, "index.html"), html("/starter.js"));
    return "/index.html";
  }),
  inChromium("Chromium page, esbuild", esbuildPage(["page.js"], "page.js")),
  inChromium("Chromium worker, esbuild", esbuildPage(["starter.js", "webWorker.js"], "starter.js")),
  inChromium("Chromium page, Vite", vitePage("page.js")),
  inChromium("Chromium worker, Vite", vitePage("starter.js")),
];
