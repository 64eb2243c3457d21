/** WebGPU in Node: Dawn's addon at DAWN, or the package `webgpu` wherever the tests have installed it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const installed = new URL("../test/webgpu/node_modules/webgpu/", import.meta.url);

const load = async () => {
  if (process.env.DAWN) return { ...require(process.env.DAWN), dawn: "addon" };
  const { version } = JSON.parse(readFileSync(new URL("package.json", installed), "utf8"));
  return { ...(await import(new URL("index.js", installed))), dawn: version };
};

export const { create, globals, dawn } = await load().catch((error) => {
  console.error(
    `WebGPU: ${error.message.split("\n")[0]}; expected DAWN=/path/dawn.node, or npm ci in test/webgpu`,
  );
  process.exit(2);
});
