/** The page written for other hosts: as a folder of static files, and as one HTML file. */
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { kindOf } from "../disk/kind.js";
import { NotReplaced, type WriteOptions, writeWhole } from "../disk/writeWhole.js";
import { pageHeaders } from "./headers.js";
import { LIST, pageFiles } from "./pageFiles.js";
import { singleFile } from "./singleFile.js";

/** As Netlify, Cloudflare Pages and others read it: for every file of the folder. */
const headersFile = `/*\n${Object.entries(pageHeaders)
  .map(([name, value]) => `  ${name}: ${value}\n`)
  .join("")}`;

const isAbsent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== "ENOENT") throw error;
};

/** Files of the page that an earlier build, whole or interrupted, left in a folder; undefined where none did. */
async function earlierFiles(folder: string): Promise<string[] | undefined> {
  try {
    const index = join(folder, "index.html");
    if ((await stat(index).catch(isAbsent)) && (await kindOf(index)) !== "page") return undefined;
    const names: unknown[] = JSON.parse(await readFile(join(folder, LIST), "utf8"));
    // what the build itself leaves in the package names no such file
    if (!names.includes("index.html")) return undefined;
    // names that a build gives, and no others: a file that says otherwise is not obeyed
    return names.filter((name) => /^(lab\/)?\w[\w.-]*$/.test(String(name))) as string[];
  } catch {
    return undefined;
  }
}

/** Whoever has changed the file for their host wants it as it is. @throws NotReplaced */
async function refuseEdited(path: string): Promise<void> {
  const there = await readFile(path, "utf8").catch(isAbsent);
  if (there !== undefined && there !== headersFile)
    throw new NotReplaced(
      `${path}: expected the headers that this version writes or no file, got others: it was edited, or is of another version`,
    );
}

/**
 * Writes the page as a folder of static files, with a file _headers for hosts that read one. What an earlier build left
 * there and this one does not have is removed; other files stay. The index comes last, so that it never names files that
 * are not there; a build that was interrupted is gone on with by the next one.
 * @throws ConfigError for a folder that holds other people's files, or _headers that somebody has edited, unless `force`
 */
export async function writePageFolder(
  folder: string,
  { force }: Pick<WriteOptions, "force"> = {},
): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // one that is a file is what writing into it says
    if (!["ENOENT", "ENOTDIR"].includes(error.code ?? "")) throw error;
    return [];
  });
  const earlier = await earlierFiles(folder);
  if (there.length > 0 && !earlier && !force)
    throw new NotReplaced(
      `${folder}: expected an empty folder, a new one or one of an earlier build, got others' files`,
    );
  if (there.length > 0 && !force) await refuseEdited(join(folder, "_headers"));
  const write = (path: string, content: string | Uint8Array) =>
    writeWhole(join(folder, path), content, { force: true });
  const [index, ...others] = await pageFiles();
  const list = [index, ...others].map(({ path }) => path);
  const gone = (earlier ?? []).filter((path) => !list.includes(path));
  const writeList = (names: string[]) => write(LIST, `${JSON.stringify(names, null, 1)}\n`);
  await writeList([...list, ...gone]);
  for (const { path, bytes } of others) await write(path, bytes);
  await write("_headers", headersFile);
  await write(index.path, index.bytes);
  for (const path of gone) await rm(join(folder, path), { force: true });
  if (gone.length > 0) await writeList(list);
}

/**
 * Writes the page as one HTML file that works from a disk.
 * @throws ConfigError for a file that is not a page of ours, unless `force`
 */
export const writeSingleFile = async (
  path: string,
  { force }: Pick<WriteOptions, "force"> = {},
): Promise<void> => writeWhole(path, singleFile(await pageFiles()), { kind: "page", force });
