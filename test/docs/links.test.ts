import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { entropy, tokenProbabilities } from "../../src/index.js";
import { pages, proseOf, textOf } from "./pages.js";

const repository = "https://github.com/unigram-lab/unigram-lab/blob/main/";
const pictures = "https://raw.githubusercontent.com/unigram-lab/unigram-lab/main/";
const linksOf = (page: string) => Array.from(proseOf(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link);
/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
const anchorsOf = (page: string) =>
  Array.from(proseOf(page).matchAll(/^#+ (.+)$/gm), ([, heading]) => anchorOf(heading));

test.each(pages)("%s: its links lead to files and headings that there are", (page) => {
  for (const link of linksOf(page)) {
    if (/^https?:/.test(link) && !link.startsWith(repository) && !link.startsWith(pictures)) continue;
    const [path, anchor] = link.replace(repository, "").replace(pictures, "").split("#");
    const file = path === "" ? page : link.startsWith("http") ? path : join(dirname(page), path);
    expect(existsSync(file), link).toBe(true);
    if (anchor) expect(anchorsOf(file), link).toContain(anchor);
  }
});

test("the README's links work where npm shows it", () => {
  for (const link of linksOf("README.md")) expect(link).toMatch(/^(https:|#)/);
});

test("every page of the documents is on the site", () => {
  const site = readFileSync("docs/typedoc.config.mjs", "utf8");
  for (const page of pages.filter((name) => name !== "README.md"))
    expect(site).toContain(`"${page.startsWith("docs/") ? page.slice(5) : `../${page}`}"`);
});

describe("the mathematics", () => {
  const text = textOf("docs/mathematics.md");
  const row = (name: string) =>
    (text.match(new RegExp(`^\\| \\$${name}\\$ \\|(.*)\\|$`, "gm")) ?? [])
      .at(-1)
      ?.split("|")
      .slice(2, -1)
      .map(Number) as number[];

  test("has the entropies that the program computes", () => {
    const sizes = row("V");
    const of = (vocabSize: number, exponent: number) =>
      entropy(tokenProbabilities({ kind: "zipf", exponent }, vocabSize));
    expect(sizes).toEqual([10, 100, 1000, 10000, 50304]);
    expect(row("H")).toEqual(sizes.map((V) => Number(of(V, 1).toFixed(6))));
    expect(text).toContain(
      `with $\\alpha$ = 0.5, 2 and 4: ${of(100, 0.5).toFixed(4)}, ${of(100, 2).toFixed(4)} and ${of(100, 4).toFixed(4)}`,
    );
  });

  test("has the expected distinct inputs of a batch", () => {
    const distinct = [100, 1000, 10000, 50304].map((V) => {
      const p = tokenProbabilities({ kind: "zipf", exponent: 1 }, V);
      return p.reduce((sum, x) => sum + 1 - (1 - x) ** 128, 0).toFixed(1);
    });
    expect(text).toContain(`$u$ = ${distinct.slice(0, 3).join(", ")} and ${distinct[3]} for $V$`);
  });

  test("has the law of the tied scalar", () => {
    const p = tokenProbabilities({ kind: "zipf", exponent: 1 }, 10);
    const u = Array.from(p, (x) => Math.log(x) + entropy(p));
    const excess = (c: number) =>
      u.reduce((sum, ua, a) => {
        const z = u.reduce((s, ub, b) => s + p[b] * Math.exp((ua * ub) / c ** 2), 0);
        return sum + p[a] * Math.log(z);
      }, 0);
    expect(text).toContain(`$${(excess(4) * 1e4).toFixed(3)} \\cdot 10^{-4}$ at $c = 4$`);
    expect(text).toContain(`$${(excess(8) * 1e5).toFixed(4)} \\cdot 10^{-5}$ at $c = 8$`);
  });
});
