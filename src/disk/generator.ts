/** What made a file, as it stands in the file: the mark by which `kindOf` knows it again. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** "0.1.0". */
export function packageVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, "utf8")) as { name?: string; version?: string };
      if (name === "unigram-lab" && version) return version;
    }
    if (folder === dirname(folder)) return "of unknown version";
  }
}

/** "unigram-lab 0.1.0". */
export const generator = (): string => `unigram-lab ${packageVersion()}`;
