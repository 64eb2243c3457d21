/** Writing whole files or none: a reader never finds half a report. */
import { rename, rm, writeFile } from "node:fs/promises";

/** Writes beside the target and renames over it. */
export async function atomicWrite(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
