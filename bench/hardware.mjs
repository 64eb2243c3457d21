/** What a measurement was made on: the part of every raw result that lets a reader judge it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, platform, release, totalmem } from "node:os";

const commit = () => {
  try {
    const dirty = execFileSync("git", ["status", "--porcelain", "--", "assembly", "src"], {
      encoding: "utf8",
    });
    return (
      execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim() + (dirty ? "+" : "")
    );
  } catch {
    return "unknown";
  }
};

export const hardware = () => ({
  date: new Date().toISOString(),
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${release()} ${process.arch}`,
  node: process.versions.node,
  v8: process.versions.v8,
  version: JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version,
  commit: commit(),
});
