/** The page's files as the build left them: what a server may answer with, and what a folder of static files holds. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

export interface PageFile {
  /** Below the page's own address: "index.html", "lab/lab.js". */
  path: string;
  type: string;
  bytes: Buffer;
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Where the bundles are: beside this one, or built from this source. */
const built = (name: string): string =>
  fileURLToPath(new URL(`${import.meta.url.endsWith(".ts") ? "../../dist/" : "./"}${name}`, import.meta.url));

/** The list of the page's files, which a static build keeps as its own record. */
export const LIST = "lab/files.json";
/** Its place in the package, where the folder's root holds the library. */
const INDEX = "lab/index.html";

/** All files of the page, its index first. */
export async function pageFiles(): Promise<PageFile[]> {
  const names: string[] = JSON.parse(await readFile(built(LIST), "utf8"));
  return Promise.all(
    names.map(async (name) => ({
      path: name === INDEX ? "index.html" : name,
      type: types[extname(name)] ?? "application/octet-stream",
      bytes: await readFile(built(name)),
    })),
  );
}
