/** Results of relaxed runs by who computed them. */
import type { ComputedBy } from "../backend/backend.js";
import type { RunResult } from "./result.js";

/** "webgpu on NVIDIA H100 (nvidia hopper 580.65)" */
export const shownComputedBy = ({ backend, adapter, driver }: ComputedBy): string =>
  `${backend} on ${adapter}${driver ? ` (${driver})` : ""}`;

export const isSameComputer = (a: ComputedBy | undefined, b: ComputedBy | undefined): boolean =>
  a?.backend === b?.backend && a?.adapter === b?.adapter && a?.driver === b?.driver;

/** How many results each has computed, the most first. Strict ones are nobody's in particular. */
export class Computers {
  readonly #counts = new Map<string, ComputedBy & { runs: number }>();

  add({ computedBy }: Pick<RunResult, "computedBy">): void {
    if (!computedBy) return;
    const { backend, adapter, driver } = computedBy;
    const key = JSON.stringify([backend, adapter, driver]);
    const found = this.#counts.get(key);
    if (found) found.runs++;
    else this.#counts.set(key, { backend, adapter, driver, runs: 1 });
  }

  get list(): (ComputedBy & { runs: number })[] {
    return [...this.#counts.values()].sort((a, b) => b.runs - a.runs);
  }
}
