/** A Node that finds the package `webgpu` where these tests have it: `NODE_OPTIONS=--import=withPeer.mjs`. */
import { register } from "node:module";

const here = JSON.stringify(import.meta.url);
const hooks = `export const resolve = (specifier, context, next) =>
  next(specifier, specifier === "webgpu" ? { ...context, parentURL: ${here} } : context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
