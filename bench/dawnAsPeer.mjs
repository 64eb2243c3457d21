/** `node --import`: the package `webgpu`, by its name, is bench/dawn.mjs. */
import { register } from "node:module";

const dawn = JSON.stringify(new URL("dawn.mjs", import.meta.url).href);
register(
  `data:text/javascript,${encodeURIComponent(
    `export const resolve = (name, context, next) => name === "webgpu" ? { url: ${dawn}, shortCircuit: true } : next(name, context);`,
  )}`,
);
