/** What the report was made on and with. */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Environment {
  cpu: string;
  cores: number;
  platform: string;
  /** "unigram-lab 0.1.0, Node 20.19.0, V8 11.3". */
  versions: string;
}

function packageVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, "utf8")) as { name?: string; version?: string };
      if (name === "unigram-lab" && version) return version;
    }
    if (folder === dirname(folder)) return "of unknown version";
  }
}

/** What made a file, as it stands in the file: "unigram-lab 0.1.0". */
export const generator = (): string => `unigram-lab ${packageVersion()}`;

export const environment = (): Environment => ({
  cpu: cpus()[0]?.model.trim() || "unknown CPU",
  cores: availableParallelism(),
  platform: `${platform()} ${process.arch}`,
  versions: `${generator()}, Node ${process.versions.node}, V8 ${process.versions.v8}`,
});
