/** A Node on which gpt-tokenizer is not installed: `NODE_OPTIONS=--import=withoutPeer.mjs`. */
import { register } from "node:module";

const hooks = `export async function resolve(specifier, context, next) {
  if (specifier.startsWith("gpt-tokenizer"))
    throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
