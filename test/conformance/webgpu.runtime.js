/** The packed package's WebGPU where it runs: Node and Bun with the peer `webgpu`, Deno, a page and a worker of Chromium. */
import { access, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bun, deno, fromFiles, node } from "./fromFiles.js";
import { esbuildPage, inChromium, plainPage, plainWorker, vitePage } from "./pages.js";
import { bin, removeProjects } from "./project.js";
import { checkNames } from "./webgpuSuite.js";

afterAll(removeProjects);

/** Debian's Chromium brings a GPU in software; where there is a card, VK_ICD_FILENAMES may name its driver. */
const software = "/usr/lib/chromium/vk_swiftshader_icd.json";
const env = { VK_ICD_FILENAMES: software, ...process.env };
const withPeer = { env, prepare: (dir) => symlink(bin("webgpu"), join(dir, "node_modules/webgpu")) };
const browserArguments = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

const suite = (gpu) => `
import { webgpuConformance } from "./webgpuSuite.js";
const result = await webgpuConformance(${gpu});`;
const printed = (version, gpu, imports = "") => `${imports}${suite(gpu)}
console.log(JSON.stringify({ version: ${version}, ...result }));
process.exit(0);`;
const dawn = `import { create } from "webgpu";\n`;
const page = suite("navigator.gpu");
const inPage = (name, prepare) => inChromium(name, page, prepare, browserArguments);

/** Deno's and Bun's may find no adapter where the others do. */
const places = [
  fromFiles("Node 20 WebGPU", node(20), printed("process.versions.node", "create([])", dawn), withPeer),
  fromFiles("Bun WebGPU", bun, printed("Bun.version", "create([])", dawn), withPeer),
  fromFiles("Deno WebGPU", deno, printed("Deno.version.deno", "navigator.gpu"), { env }),
  inPage("Chromium page WebGPU", plainPage),
  inPage("Chromium worker WebGPU", plainWorker),
  inPage("Chromium page WebGPU, esbuild", esbuildPage(["page.js"], "page.js")),
  inPage("Chromium worker WebGPU, Vite", vitePage("starter.js")),
];

describe.each(places)("$name", (place) => {
  let found;
  let unavailable;
  beforeAll(async () => {
    try {
      await access(software);
      await place.available?.();
    } catch (error) {
      unavailable = error.message;
      return;
    }
    found = await place.run();
    if (found.none && !/^(Bun|Deno)/.test(place.name)) throw new Error(found.none);
    unavailable = found.none && `no adapter: ${found.none}`;
  }, 300_000);

  test.for(checkNames)("%s", (name, { skip }) => {
    if (unavailable) skip(unavailable);
    const { holds, said, seconds } = found.checks[name];
    console.log(`${place.name}, ${found.computedBy.adapter}: ${name}: ${said} (${seconds.toFixed(1)} s)`);
    expect(holds, said).toBe(true);
  });
});
