/** Modules as functions of one classic script: what a bundler writes, and what it must not break. */
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { classicScript } from "../../src/server/singleFile.js";

const file = (path: string, text: string) => ({ path, type: "text/javascript", bytes: Buffer.from(text) });

/** What the page's module, or the worker's, leaves in `said`. */
async function run(modules: Record<string, string>, scope: object = { document: {} }): Promise<unknown[]> {
  const files = Object.entries(modules).map(([path, text]) => file(path, text));
  const said: unknown[] = [];
  runInNewContext(classicScript(files, "lab/lab.js", "worker.js"), { ...scope, said });
  await new Promise((resolve) => setTimeout(resolve, 10));
  return said;
}

test("imports and exports as esbuild writes them; a module runs once, before those that import it", async () => {
  const said = await run({
    "index.js": 'said.push("index");let n=0;function up(){n++}export{n as count,up,up as default};',
    "lab/effect.js": 'said.push("effect");',
    "lab/a-X1.js":
      'import"./effect.js";import{up as u}from"../index.js";said.push("a");var f=()=>(u(),7);export{f as b};\n',
    "lab/lab.js":
      'import{b as x}from"./a-X1.js";import"./a-X1.js";import"./effect.js";import y,{count as c}from"../index.js";import*as all from"../index.js";said.push(x(),all.count,c,y===all.up);\n//# sourceMappingURL=lab.js.map\n',
    "worker.js": 'said.push("worker");',
  });
  expect(said).toEqual(["effect", "index", "a", 7, 1, 0, true]);
});

test("what is loaded on demand runs when it is asked for, from the place of who asks", async () => {
  const said = await run({
    "lab/later.js": 'said.push("later");var z=3;export{z as default};',
    "lab/lab.js": 'import("./later.js").then(({default:z})=>said.push(z));said.push("first");',
    "worker.js": "",
  });
  expect(said).toEqual(["first", "later", 3]);
});

test("within a worker the same script is the worker's", async () => {
  const modules = { "lab/lab.js": 'said.push("page");', "worker.js": 'said.push("worker");' };
  expect(await run(modules, {})).toEqual(["worker"]);
  expect(await run(modules)).toEqual(["page"]);
});

test("text that only looks like a module's is left alone", async () => {
  const text = String.raw`said.push('import { train } from "unigram-lab";',"import(\"elsewhere.js\")");`;
  expect(await run({ "lab/lab.js": text, "worker.js": "" })).toEqual([
    'import { train } from "unigram-lab";',
    'import("elsewhere.js")',
  ]);
});

test("what a classic script cannot hold is refused", () => {
  const script = (text: string) => () => classicScript([file("lab/lab.js", text)], "lab/lab.js", "worker.js");
  expect(script("f(import.meta.url)")).toThrow("lab/lab.js: cannot be part of a classic script");
  expect(script('export*from"./a.js"')).toThrow("lab/lab.js: cannot be part of a classic script");
  expect(script('new Worker(new URL("../browserWorker.js",import.meta.url),{type:"module"})')).not.toThrow();
});
