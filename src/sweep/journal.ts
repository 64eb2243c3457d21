/** Finished runs on disk: one line of JSON each, appended as they finish, with a checksum. */
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { RunResult } from "./result.js";

const checksum = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

const parseLine = (line: string): RunResult | undefined => {
  try {
    const { sum, result } = JSON.parse(line) as { sum: string; result: RunResult };
    return checksum(JSON.stringify(result)) === sum ? result : undefined;
  } catch {
    return undefined;
  }
};

export class Journal {
  readonly #file: FileHandle;
  readonly #finished: Map<string, RunResult>;
  /** Lines that were torn or damaged, and are run again. */
  readonly damaged: number;

  private constructor(file: FileHandle, finished: Map<string, RunResult>, damaged: number) {
    this.#file = file;
    this.#finished = finished;
    this.damaged = damaged;
  }

  /** Opens or creates the journal at `path`; its directory is made if need be. */
  static async open(path: string): Promise<Journal> {
    await mkdir(dirname(path), { recursive: true });
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const finished = new Map<string, RunResult>();
    let damaged = 0;
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const result = parseLine(line);
      if (result) finished.set(result.run, result);
      else damaged++;
    }
    const file = await open(path, "a");
    // a torn last line must not run into the next one
    if (text !== "" && !text.endsWith("\n")) await file.appendFile("\n");
    return new Journal(file, finished, damaged);
  }

  get(run: string): RunResult | undefined {
    return this.#finished.get(run);
  }

  /** Writes a finished run and waits until it is on disk. */
  async append(result: RunResult): Promise<void> {
    const line = JSON.stringify({ sum: checksum(JSON.stringify(result)), result });
    await this.#file.appendFile(`${line}\n`);
    await this.#file.datasync();
    this.#finished.set(result.run, result);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
