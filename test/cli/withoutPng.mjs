/** A Node on which the optional package that draws PNGs is not installed: `NODE_OPTIONS=--import=withoutPng.mjs`. */
import { register } from "node:module";

const hooks = `export async function resolve(specifier, context, next) {
  if (specifier === "@resvg/resvg-js")
    throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
