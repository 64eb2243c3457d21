/** The directory's configs that are in the charts. */
import { batch } from "@preact/signals";
import type { Lab, LabRun } from "../state/lab.js";
import { recordedRun } from "./recorded.js";
import type { Group } from "./rows.js";

export interface Charted {
  readonly size: number;
  /** These in the place of those that were; one that goes on keeps its letter and its colour. */
  show(groups: readonly Group[]): void;
  /** Seeds that have come since. */
  refresh(groups: readonly Group[]): void;
  /** Whether the reader has turned to one of them: put it in focus, at a step of it, pinned or hidden it. */
  isHeld(): boolean;
  /** Keys of those that the reader has removed from the list of runs since this was asked last. */
  removed(): string[];
}

/** What a config of the directory has come to, and whether that is what its run in the charts shows already. */
const isSame = (run: LabRun, replicas: readonly { records: unknown }[]): boolean => {
  const shown = run.replicas.peek();
  return shown.length === replicas.length && shown.every(({ records }, i) => records === replicas[i].records);
};

export function charted(lab: Lab): Charted {
  const runs = new Map<string, LabRun>();
  /** Out of sight for a chapter of the tour, not by the reader. */
  const offStage = new WeakSet<LabRun>();

  function put(group: Group): void {
    const recorded = recordedRun(group);
    if (!recorded) return;
    const run = runs.get(group.key);
    if (!run) runs.set(group.key, lab.addRecorded(recorded.config, recorded.replicas, "directory"));
    else if (!isSame(run, recorded.replicas)) lab.setRecorded(run, recorded.replicas);
  }

  function drop(key: string): void {
    const run = runs.get(key);
    if (!run) return;
    lab.remove(run);
    if (!lab.runs.peek().includes(run)) runs.delete(key);
  }

  return {
    get size() {
      return runs.size;
    },
    show(groups) {
      const keys = new Set(groups.map(({ key }) => key));
      const others = [...runs.keys()].filter((key) => !keys.has(key));
      // colours become free before they are given, but for a moment's last run: the page is never without one
      const last = others.length === lab.runs.peek().length ? others.pop() : undefined;
      batch(() => {
        for (const key of others) drop(key);
        for (const group of groups) put(group);
        if (last !== undefined) drop(last);
      });
    },
    refresh(groups) {
      batch(() => {
        for (const group of groups) if (runs.has(group.key)) put(group);
      });
    },
    isHeld() {
      const all = lab.runs.value;
      const focused = lab.focused.value;
      const isStaged = lab.chapter.value !== undefined;
      // by itself the focus is the first's
      let isHeld =
        focused?.origin === "directory" && (focused !== all[0] || lab.scrubbed.value !== undefined);
      for (const run of all) {
        if (run.origin !== "directory") continue;
        if (run.shown.value) offStage.delete(run);
        else if (isStaged) offStage.add(run);
        isHeld ||= run.pinned.value || !(run.shown.value || offStage.has(run));
      }
      return isHeld && !isStaged;
    },
    removed() {
      const all = lab.runs.value;
      const gone = [...runs].filter(([, run]) => !all.includes(run)).map(([key]) => key);
      for (const key of gone) runs.delete(key);
      return gone;
    },
  };
}
