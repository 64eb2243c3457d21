/**
 * The page as one HTML text that works from a disk, where a page may load nothing: its modules become functions of one
 * classic script, which is its workers' script as well. What it is made of are the bundles that the build has left, so
 * that only what a bundler writes has to be understood.
 */
import { posix } from "node:path";
import type { PageFile } from "./pageFiles.js";

const PATH = String.raw`"(\.{1,2}/[\w./-]+\.js)"`;
/** `import a,{b as c}from"./d.js"`, `import*as a from"./d.js"`, `import"./d.js"`. */
const STATIC = new RegExp(
  String.raw`\bimport\s*(?:([\w$]+)\s*,?\s*)?(?:\*\s*as\s+([\w$]+)\s*|\{([^}]*)\}\s*)?(?:from\s*)?${PATH};?`,
  "g",
);
const DYNAMIC = new RegExp(String.raw`\bimport\(${PATH}\)`, "g");
const EXPORTS = /\bexport\s*\{([^}]*)\};?/g;
const WORKER = /new Worker\(new URL\("\.{1,2}\/browserWorker\.js",import\.meta\.url\),\{type:"module"\}\)/g;

/** "a as b,c" as pairs of names. */
const pairs = (list: string): [own: string, other: string][] =>
  list
    .split(",")
    .filter((one) => one.trim() !== "")
    .map((one) => {
      const [own, other = own] = one.trim().split(/\s+as\s+/);
      return [own, other];
    });

/** A module as a function of what it gives away; it asks for others by their place below the page's address. */
function functionOf({ path, bytes }: PageFile): string {
  const place = (to: string) => JSON.stringify(posix.join(posix.dirname(path), to));
  const imports: string[] = [];
  const exports: string[] = [];
  const body = bytes
    .toString()
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "")
    .replace(STATIC, (_, whole, all, some, from) => {
      const names = pairs(some ?? "");
      if (whole) names.push(["default", whole]);
      if (all) imports.push(`const ${all}=__need(${place(from)});`);
      else
        imports.push(
          `const {${names.map(([own, other]) => `${own}:${other}`).join()}}=__need(${place(from)});`,
        );
      return "";
    })
    .replace(DYNAMIC, (_, to) => `__later(${place(to)})`)
    .replace(WORKER, () => "__ownWorker()")
    .replace(EXPORTS, (_, list) => {
      for (const [own, other] of pairs(list)) exports.push(`get ${other}(){return ${own}}`);
      return "";
    });
  if (/\bimport\.meta\b|\bexport\s*[{*]/.test(body))
    throw new Error(`${path}: cannot be part of a classic script`);
  const given = exports.length > 0 ? `__give({${exports.join()}});` : "";
  return `${JSON.stringify(path)}(__give){"use strict";${given}${imports.join("")}${body}\n}`;
}

/** One script of all modules: within a page it begins with the page's, within a worker with the worker's. */
export function classicScript(modules: readonly PageFile[], page: string, worker: string): string {
  // names that no bundler gives
  return `(()=>{
const text=globalThis.document?.currentScript?.textContent;
let url;
const __ownWorker=()=>new Worker(url??=URL.createObjectURL(new Blob([text],{type:"text/javascript"})));
const given={};
const __need=(path)=>{
if(!(path in given)){given[path]={};modules[path]((own)=>{given[path]=own});}
return given[path];
};
const __later=(path)=>Promise.resolve().then(()=>__need(path));
const modules={
${modules.map(functionOf).join(",\n")}
};
__need(globalThis.document?${JSON.stringify(page)}:${JSON.stringify(worker)});
})();`;
}

/** @param files of the page, its index among them */
export function singleFile(files: readonly PageFile[]): string {
  const textOf = (path: string): string => {
    const file = files.find((one) => one.path === path);
    if (!file) throw new Error(`${path}: is not among the page's files`);
    return file.bytes.toString();
  };
  const modules = files.filter(({ path }) => path.endsWith(".js"));
  const script = classicScript(modules, "lab/lab.js", "browserWorker.js");
  // what would end or confuse a script within HTML; esbuild writes the ends of scripts otherwise
  if (/<!--|<\/?script/i.test(script)) throw new Error("the page's script holds what HTML takes for a tag");
  const html = textOf("index.html")
    .replace(/<link rel="modulepreload"[^>]*>\n?/g, "")
    .replace('<script type="module" src="./lab/lab.js"></script>', "")
    .replace('<link rel="stylesheet" href="./lab/lab.css">', () => `<style>${textOf("lab/lab.css")}</style>`)
    // where a module would run
    .replace("</body>", () => `<script>${script}</script>\n</body>`);
  if (!html.includes("<style>") || !html.includes("<script>"))
    throw new Error("index.html: expected its style sheet and a body that ends");
  return html;
}
