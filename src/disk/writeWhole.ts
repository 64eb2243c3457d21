/**
 * Files written whole or not at all: beside their place and renamed onto it, so that a reader never finds half of one. Only
 * a file of ours, of the same kind, is ever replaced; a device or a pipe is written to.
 */
import { constants } from "node:fs";
import {
  access,
  type FileHandle,
  lstat,
  open,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
} from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ConfigError } from "../config.js";
import { keepAtExit, removeAtExit } from "./atExit.js";
import { makeFolders, syncFolder } from "./folders.js";
import { type Kind, kindOf } from "./kind.js";
import { partialPath, tidyPartials } from "./partial.js";

export interface WriteOptions {
  /** What is written: only a file of ours of this kind is replaced. Any of ours but a journal when left out. */
  kind?: Kind;
  /** Replaces whatever file is there, journals apart. `false` says to whoever is refused that there is this option. */
  force?: boolean;
}

/** What is there is not replaced; `refusal` is the message without a word on what would replace it. */
export class NotReplaced extends ConfigError {
  constructor(
    readonly refusal: string,
    means?: string,
  ) {
    super(means === undefined ? refusal : `${refusal} (${means} replaces it)`);
  }
}

/** A file that is being written in pieces. */
export interface WholeFile {
  write(piece: string | Uint8Array): Promise<void>;
  /** Puts the file in its place, once it is on disk. */
  commit(): Promise<void>;
  /** Leaves things as they were. Never throws, and does nothing after `commit`. */
  discard(): Promise<void>;
}

interface Target {
  path: string;
  /** Permissions of the file that is there, or undefined when there is none. */
  mode?: number;
  /** Whether bytes go into what is there: a device, a pipe, or what /dev/stdout stands for. */
  stream: boolean;
}

export const isFull = (error: unknown): boolean =>
  ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");

const usersMistakes = [
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EEXIST",
  "ENAMETOOLONG",
  "ELOOP",
];

/** An error of the file system in one line; anything else as it is. */
function inOneLine(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || error instanceof ConfigError) return error;
  if (usersMistakes.includes(code))
    return new ConfigError(`${path}: expected a file that can be written, got ${code}`);
  const why = isFull(error) ? `the disk is full (${code})` : `cannot be written (${code})`;
  return Object.assign(new Error(`${path}: ${why}`), { code });
}

/** Does work on a file; an error of the file system is then one line that names it. */
export async function withOneLine<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inOneLine(path, error);
  }
}

const isAbsent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== "ENOENT") throw error;
};

/** Where a path leads, through links, also to a file that is not there yet. */
async function follow(path: string): Promise<Target> {
  let at = resolve(path);
  for (let links = 0; (await lstat(at).catch(isAbsent))?.isSymbolicLink(); links++) {
    // what these stand for is open already, and has no other name
    if (links === 40 || /^\/(dev|proc)\//.test(at)) break;
    at = resolve(await realpath(dirname(at)), await readlink(at));
  }
  const found = await stat(at).catch(isAbsent);
  if (found?.isDirectory()) throw new ConfigError(`${path}: expected a file, got a directory`);
  if (found && (!found.isFile() || /^\/(dev|proc)\//.test(at))) return { path: at, stream: true };
  return { path: found ? await realpath(at) : at, mode: found && found.mode & 0o777, stream: false };
}

/** Throws when what is at a path is not to be replaced. */
async function refuseOthers(path: string, target: Target, { kind, force }: WriteOptions): Promise<void> {
  if (target.mode === undefined) return;
  const found = await kindOf(target.path);
  if (found === "journal")
    throw new ConfigError(`${path}: expected another place, got the journal of a sweep`);
  if (force || found === "empty") return;
  const means = force === false ? "the option force" : undefined;
  if (found === undefined)
    throw new NotReplaced(`${path}: expected a file of unigram-lab's or none, got another one`, means);
  if (kind !== undefined && found !== kind)
    throw new NotReplaced(`${path}: expected a ${kind} of unigram-lab's or none, got its ${found}`, means);
}

const tidied = new Set<string>();

/** A new partial beside the target; the first one of a process removes what others left in that directory. */
async function openPartial(target: Target): Promise<{ partial: string; file: FileHandle }> {
  const directory = dirname(target.path);
  await makeFolders(directory);
  if (!tidied.has(directory)) {
    tidied.add(directory);
    await tidyPartials(directory);
  }
  const partial = partialPath(target.path);
  removeAtExit(partial);
  try {
    return { partial, file: await open(partial, "wx", target.mode) };
  } catch (error) {
    keepAtExit(partial);
    throw error;
  }
}

async function removePartial(partial: string, file: FileHandle): Promise<void> {
  await file.close().catch(() => {});
  await rm(partial, { force: true }).catch(() => {});
  keepAtExit(partial);
}

/** Bytes go where they are meant to at once. */
async function openStream(path: string, target: Target): Promise<WholeFile> {
  const file = await open(target.path, constants.O_WRONLY | constants.O_APPEND);
  let closed = false;
  const close = async () => {
    if (!closed) await file.close();
    closed = true;
  };
  return {
    write: (piece) => withOneLine(path, () => file.writeFile(piece)),
    commit: () => withOneLine(path, close),
    discard: () => close().catch(() => {}),
  };
}

/**
 * Opens a file to be written in pieces. Missing folders are made, links are followed.
 * @throws ConfigError when what is there is not to be replaced, or the path cannot be written
 */
export const openWhole = (path: string, options: WriteOptions = {}): Promise<WholeFile> =>
  withOneLine(path, async () => {
    const target = await follow(path);
    if (target.stream) return openStream(path, target);
    await refuseOthers(path, target, options);
    const { partial, file } = await openPartial(target);
    let open = true;
    const discard = async () => {
      if (open) await removePartial(partial, file);
      open = false;
    };
    return {
      write: (piece) => withOneLine(path, () => file.writeFile(piece)),
      commit: () =>
        withOneLine(path, async () => {
          await file.datasync();
          await file.close();
          // what was checked may be hours old
          const now = await follow(path);
          if (now.path !== target.path || now.stream)
            throw new Error(`${path}: leads elsewhere than when the writing began, nothing is written there`);
          await refuseOthers(path, now, options);
          await rename(partial, target.path);
          keepAtExit(partial);
          open = false;
          await syncFolder(dirname(target.path));
        }),
      discard,
    };
  });

/**
 * Writes a file whole or not at all.
 * @throws ConfigError when what is there is not to be replaced, or the path cannot be written
 * @throws Error of one line for a disk that is full or fails
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const file = await openWhole(path, options);
  try {
    await file.write(content);
    await file.commit();
  } finally {
    await file.discard();
  }
}

/**
 * Tries a path before there is anything to write, so that hours of work do not end at it: throws what `writeWhole` would,
 * a full disk included, and leaves nothing behind.
 */
export const checkWritable = (path: string, options: WriteOptions = {}): Promise<void> =>
  withOneLine(path, async () => {
    const target = await follow(path);
    // a pipe may not be opened twice
    if (target.stream) return access(target.path, constants.W_OK);
    await refuseOthers(path, target, options);
    const made = await firstMissing(dirname(target.path));
    try {
      const { partial, file } = await openPartial(target);
      try {
        await file.writeFile("\0");
      } finally {
        await removePartial(partial, file);
      }
    } finally {
      for (let at = dirname(target.path); made !== undefined; at = dirname(at)) {
        await rmdir(at).catch(() => {});
        if (at === made) break;
      }
    }
  });

/** The outermost folder of a path that does not exist yet. */
async function firstMissing(directory: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let at = directory; !(await lstat(at).catch(isAbsent)); at = dirname(at)) missing = at;
  return missing;
}
