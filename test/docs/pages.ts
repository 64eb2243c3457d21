/** The pages that a reader is shown, and what stands in them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Paths of Markdown files, from the repository's root. */
export const pages: string[] = [
  ...["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "FINDINGS.md"],
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
    .map((path) => join("docs", path))
    .sort(),
];

export const textOf = (page: string): string => readFileSync(page, "utf8");

interface Block {
  language: string;
  /** What is behind the language: `sh long`. */
  info: string;
  text: string;
}

/** Fenced blocks. */
export const blocksOf = (page: string): Block[] =>
  Array.from(textOf(page).matchAll(/^```(\w+) *(.*)\n([\s\S]*?)^```$/gm), ([, language, info, text]) => ({
    language,
    info,
    text,
  }));

/** The page without its fenced blocks. */
export const proseOf = (page: string): string => textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, "");

/** Code within a line. */
export const inlineOf = (page: string): string[] =>
  Array.from(proseOf(page).matchAll(/`([^`\n]+)`/g), ([, code]) => code);
