/** The page written for other hosts: as a folder of static files, and as one HTML file. */
import { readdir, readFile, rm } from "node:fs/promises";
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

/** Files of the page that an earlier build left in a folder; undefined where none did. */
async function earlierFiles(folder: string): Promise<string[] | undefined> {
  if ((await kindOf(join(folder, "index.html")).catch(() => undefined)) !== "page") return undefined;
  const text = await readFile(join(folder, LIST), "utf8").catch(() => "");
  try {
    const names: unknown[] = JSON.parse(text);
    // names that a build gives, and no others: a file that says otherwise is not obeyed
    return names.filter((name) => /^(lab\/)?\w[\w.-]*$/.test(String(name))) as string[];
  } catch {
    return undefined;
  }
}

/**
 * Writes the page as a folder of static files, with a file _headers for hosts that read one. What an earlier build left
 * there and this one does not have is removed; other files stay.
 * @throws ConfigError for a folder that holds other people's files, unless `force`
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
  const files = await pageFiles();
  const list = files.map(({ path }) => path);
  for (const { path, bytes } of files) await writeWhole(join(folder, path), bytes, { force: true });
  await writeWhole(join(folder, "_headers"), headersFile, { force: true });
  await writeWhole(join(folder, LIST), `${JSON.stringify(list, null, 1)}\n`, { force: true });
  for (const path of earlier ?? []) if (!list.includes(path)) await rm(join(folder, path), { force: true });
}

/**
 * Writes the page as one HTML file that works from a disk.
 * @throws ConfigError for a file that is not a page of ours, unless `force`
 */
export const writeSingleFile = async (
  path: string,
  { force }: Pick<WriteOptions, "force"> = {},
): Promise<void> => writeWhole(path, singleFile(await pageFiles()), { kind: "page", force });
