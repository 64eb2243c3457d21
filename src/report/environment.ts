/** What the report was made on and with. */
import { availableParallelism, cpus, platform } from "node:os";
import { generator } from "../disk/generator.js";

export interface Environment {
  cpu: string;
  cores: number;
  platform: string;
  /** "unigram-lab 0.1.0, Node 20.19.0, V8 11.3". */
  versions: string;
}

export const environment = (): Environment => ({
  cpu: cpus()[0]?.model.trim() || "unknown CPU",
  cores: availableParallelism(),
  platform: `${platform()} ${process.arch}`,
  versions: `${generator()}, Node ${process.versions.node}, V8 ${process.versions.v8}`,
});
