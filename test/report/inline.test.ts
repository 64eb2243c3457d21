import { expect, test } from "vitest";
import { inline } from "../../src/report/figureHtml.js";

test("a figure within a page has names of its own, for what it defines and for what it uses", () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9">
<defs><clipPath id="clip0"><rect id="r"/></clipPath></defs>
<g clip-path="url(#clip0)" fill="url(#r)"><use xlink:href="#r"/><use href="#clip0"/></g></svg>`;
  expect(inline(svg, "warmup-light")).toBe(`<svg width="9">
<defs><clipPath id="warmup-light-clip0"><rect id="warmup-light-r"/></clipPath></defs>
<g clip-path="url(#warmup-light-clip0)" fill="url(#warmup-light-r)"><use xlink:href="#warmup-light-r"/><use href="#warmup-light-clip0"/></g></svg>`);
  const ids = (prefix: string) => [...inline(svg, prefix).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set([...ids("light"), ...ids("dark")]).size).toBe(4);
});
