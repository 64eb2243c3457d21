/** What the kernel and its host must agree on, and no compiler checks: the fields of a run, and the functions that are called. */
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { doubleIndex, runBytes, wordIndex } from "../../src/backend/wasm/layout.js";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

test("a run's fields stand in layout.ts as in assembly/run.ts", async () => {
  const fields = [...(await read("assembly/run.ts")).matchAll(/^ {2}(\w+): (f64|u32|usize);/gm)];
  let at = 0;
  const bytes = new Map<string, number>();
  for (const [, name, type] of fields) {
    bytes.set(name, at);
    at += type === "f64" ? 8 : 4;
  }
  // f64 first: no field is padded
  expect(fields.map(([, , type]) => type === "f64").lastIndexOf(true)).toBe(
    Object.keys(doubleIndex).length - 1,
  );
  expect(runBytes).toBe(at);
  const ours = [
    ...Object.entries(doubleIndex).map(([name, index]) => [name, 8 * index] as const),
    ...Object.entries(wordIndex).map(([name, index]) => [name, 4 * index] as const),
  ];
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(bytes));
});

test("every function that TypeScript names is there, with as many parameters", async () => {
  // without the loader, whose wrappers take any number
  const bytes = await readFile(new URL("../../build/kernel.wasm", import.meta.url));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const declared = [
    ...(await read("src/backend/wasm/kernel.ts")).matchAll(
      /^ {2}(\w+)\(([^)]*)\): (?:number|bigint|void);/gm,
    ),
  ];
  expect(declared.length).toBeGreaterThan(8);
  for (const [, name, parameters] of declared) {
    const count = parameters === "" ? 0 : parameters.split(",").length;
    expect((instance.exports[name] as { length: number } | undefined)?.length, name).toBe(count);
  }
});

test("no number that src/kernel/constants.ts gives is given again", async () => {
  const constants = [...(await read("src/kernel/constants.ts")).matchAll(/^export const (\w+) = /gm)];
  expect(constants.length).toBeGreaterThan(10);
  const sources = await Promise.all(
    ["logits", "matmul", "norm", "random", "step", "source", "optimizer"].map((name) =>
      read(`assembly/${name}.ts`),
    ),
  );
  for (const [, name] of constants)
    for (const source of sources) expect(source).not.toMatch(new RegExp(`const ${name}\\b`));
});

test("the kernel's files import each other in no circle", async () => {
  const imports = new Map<string, string[]>();
  for (const file of await readdir(new URL("../../assembly", import.meta.url))) {
    const found = (await read(`assembly/${file}`)).matchAll(/from "\.\/(\w+)"/g);
    imports.set(
      file.replace(".ts", ""),
      Array.from(found, ([, name]) => name),
    );
  }
  // what imports nothing that is left goes first; a circle is what never does
  while (imports.size > 0) {
    const free = [...imports].filter(([, names]) => names.every((name) => !imports.has(name)));
    expect(free, `a circle among ${[...imports.keys()].join(", ")}`).not.toEqual([]);
    for (const [name] of free) imports.delete(name);
  }
});
