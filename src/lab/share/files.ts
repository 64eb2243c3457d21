/** Files that the page hands over, and what they are called. */
import { configHash } from "../../index.js";
import type { LabRun } from "../state/lab.js";

/** "6eb25a0148a0c3d1": of its first seed. */
export const nameOf = (run: LabRun): string => configHash(run.config.value);

/** "loss-6eb25a0148a0c3d1", "loss-6eb25a0148a0c3d1-5-seeds", "loss-4-runs". */
export function namesOf(what: string, runs: readonly LabRun[]): string {
  const seeds = runs[0].replicas.value.length;
  if (runs.length > 1) return `${what}-${runs.length}-runs`;
  return `${what}-${nameOf(runs[0])}${seeds > 1 ? `-${seeds}-seeds` : ""}`;
}

/** Milliseconds after which a browser has surely begun to take the file. */
const TAKEN = 60_000;

export function download(content: Blob | string, name: string, type = "text/plain"): void {
  const url = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  // within what is open as a dialog: outside of it nothing can be clicked
  (document.querySelector("dialog[open]") ?? document.body).append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN);
}

/**
 * Puts a text on the clipboard; without one, the element that shows it is selected, for the reader to copy.
 * @returns what to say of it
 * @throws Error that says so where it is left to the reader
 */
export async function copy(text: string, shown: HTMLElement | null): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    const selection = getSelection();
    if (shown instanceof HTMLInputElement) {
      shown.focus();
      shown.select();
    } else if (shown) selection?.selectAllChildren(shown);
    // where a page is not served over https there is no clipboard but this one
    if (document.execCommand("copy")) return "copied";
    throw new Error("no clipboard here: the text is selected, copy it with Ctrl C");
  }
}
