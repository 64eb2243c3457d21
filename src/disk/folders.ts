/** Folders made and kept: Node's own `mkdir` of a whole path spins for ever where a file system makes none (/proc). */
import { mkdir, open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * Makes a folder, and first those that it lies in, as far as they are missing.
 * @throws the file system's error when one cannot be made
 */
export async function makeFolders(path: string): Promise<void> {
  const folder = resolve(path);
  try {
    await makeFolder(folder);
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === folder) throw error;
    await makeFolders(parent);
    await makeFolder(folder);
  }
}

/** One that is there is as good, whatever the system says of making it. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (!(await isFolder(folder))) throw error;
  }
}

/** Makes the names in a folder last; not every file system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
