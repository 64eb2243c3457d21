/**
 * Half-written files. Each is named NAME.PID-HEX.unigram-lab.partial, beside the file that it becomes: whose it is can be
 * read off it, and what a killed process left is removed by whoever next writes in the directory.
 */
import { createHash, randomBytes } from "node:crypto";
import { lstat, open, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { exists, place } from "./owner.js";

const PARTIAL = /\.(\d+)-([0-9a-f]{8})[0-9a-f]{8}\.unigram-lab\.partial$/;
/** Milliseconds after which a half-written file of a process that cannot be seen from here is taken for left behind. */
const FORGOTTEN = 3_600_000;
/** Characters of NAME that are kept: a file's name takes 255 bytes at most. */
const NAME = 50;

/** Stands for `place()`, in a name. */
const placeMark = (): string => createHash("sha256").update(place()).digest("hex").slice(0, 8);

/** A new name each time, so that two writers of one file never meet in one partial. */
export function partialPath(path: string): string {
  const name = basename(path).slice(0, NAME);
  const mark = `${placeMark()}${randomBytes(4).toString("hex")}`;
  return join(dirname(path), `${name}.${process.pid}-${mark}.unigram-lab.partial`);
}

const magics = ["PAR1", "ULAB", "\x89PNG\r\n\x1a\n", "\x93NUMPY"];
const beginnings = [
  // pages and figures
  /^<(!doctype html|svg|\?xml)[\s>]/i,
  // tables, claims, descriptions, a status, the owner of a lock
  /^\[?\s*\{\s*"[A-Za-z$]+":/,
  /^(experiment,)?run,/,
  // a checkpoint: the length of its header, then the header
  /^[\s\S]{4}\{"records":\[/,
  // weights: the same of 8 bytes
  /^[\s\S]{8}\{"__metadata__":/,
];

/** Whether a file begins as one that this package was writing; that it ends early is in its nature. */
async function beginsAsOurs(path: string, size: number): Promise<boolean> {
  if (size === 0) return true;
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64), 0, 64, 0);
    const head = buffer.toString("latin1", 0, bytesRead);
    return magics.some((magic) => head.startsWith(magic)) || beginnings.some((shape) => shape.test(head));
  } finally {
    await file.close();
  }
}

/** Whether the process that the name tells of is over. */
function isOver(pid: number, mark: string, age: number): boolean {
  return mark === placeMark() ? !exists(pid) : age > FORGOTTEN;
}

/** Removes the half-written files of ended processes in a directory. Never throws: tidying is nobody's purpose. */
export async function tidyPartials(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const marked = PARTIAL.exec(name);
    if (!marked) continue;
    const path = join(directory, name);
    try {
      const found = await lstat(path);
      const over = isOver(Number(marked[1]), marked[2], Date.now() - found.mtimeMs);
      if (over && found.isFile() && (await beginsAsOurs(path, found.size))) await rm(path, { force: true });
    } catch {
      // gone, or not ours to read
    }
  }
}
