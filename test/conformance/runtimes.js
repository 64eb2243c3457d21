/**
 * Every runtime: how the suite gets there from the installed tarball. `run` gives `{ version, cases, features }` as the
 * runtime itself found them; `lacks` says which features it cannot have, and why.
 */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EdgeVM } from "@edge-runtime/vm";
import { build } from "esbuild";
import { bun, deno, fromFiles, node } from "./fromFiles.js";
import { esbuildPage, inChromium, inFirefox, plainPage, plainWorker, vitePage } from "./pages.js";
import { bin, freePort, project, run, startServer } from "./project.js";

/** For runtimes with files: runs both and prints them. */
const fileProgram = (version) => `
import { readFile } from "node:fs/promises";
import { conformance, features } from "./suite.js";
const bytes = await readFile(new URL("node_modules/unigram-lab/dist/kernel.wasm", import.meta.url));
console.log(JSON.stringify({ version: ${version}, cases: await conformance(), features: await features({ bytes }) }));
process.exit(0);
`;

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

const pageProgram = `
import { conformance, features } from "./suite.js";
const bytes = await (await fetch("/node_modules/unigram-lab/dist/kernel.wasm")).arrayBuffer();
const result = { cases: await conformance(), features: await features({ bytes }) };
`;

export const runtimes = [
  ...["20", "22", "24", "26"].map((major) =>
    fromFiles(`Node ${major}`, node(major), fileProgram("process.versions.node")),
  ),
  fromFiles("Deno", deno, fileProgram("Deno.version.deno")),
  fromFiles("Bun", bun, fileProgram("Bun.version")),
  workerd,
  miniflare,
  edge("Edge runtime", { forbidden: false }),
  edge("Edge runtime, no code generation", { forbidden: true }),
  inChromium("Chromium page", pageProgram, plainPage),
  inChromium("Chromium worker", pageProgram, plainWorker),
  inChromium("Chromium page, esbuild", pageProgram, esbuildPage(["page.js"], "page.js")),
  inChromium(
    "Chromium worker, esbuild",
    pageProgram,
    esbuildPage(["starter.js", "webWorker.js"], "starter.js"),
  ),
  inChromium("Chromium page, Vite", pageProgram, vitePage("page.js")),
  inChromium("Chromium worker, Vite", pageProgram, vitePage("starter.js")),
  inFirefox("Firefox page", pageProgram, plainPage),
  inFirefox("Firefox worker", pageProgram, plainWorker),
];
