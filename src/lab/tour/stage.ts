/** A chapter's runs on the page in place of the reader's, and the reader's back when the tour is left. */
import { configHash, parseConfig } from "../../index.js";
import type { LabLink } from "../../link/link.js";
import type { Lab, LabRun } from "../state/lab.js";
import type { Arm, Chapter, Seen } from "./chapter.js";
import type { Drawn } from "./guess/axes.js";
import { type Recording, replicasOf } from "./recording.js";

/** A run on the page, and the hash of the config that it was given. */
interface Placed {
  run: LabRun;
  hash: string;
}

export type OnStage = ReadonlyMap<string, Placed>;

/** What the page had when the tour began. */
export interface Before {
  link: LabLink;
  playing: boolean;
  pace: number | undefined;
}

export const before = (lab: Lab): Before => ({
  link: lab.link(),
  playing: lab.playing.value,
  pace: lab.pace.value,
});

export function bringBack(lab: Lab, { link, playing, pace }: Before): void {
  const { chapter: _, ...own } = link;
  lab.open(own);
  lab.pace.value = pace;
  if (playing) lab.play();
  else lab.pause();
}

/** Puts arms on the page and takes away what was there; there is a run at any time. */
function place(lab: Lab, arms: readonly { label: string; add: () => LabRun }[]): OnStage {
  const [last, ...others] = lab.runs.value;
  for (const run of others) lab.remove(run);
  const onStage = new Map<string, Placed>();
  for (const { label, add } of arms) {
    const run = add();
    onStage.set(label, { run, hash: configHash(run.config.value) });
  }
  lab.remove(last);
  return onStage;
}

/** With a seed of its own, so that the page chooses none. */
const seeded = ({ config }: Arm) => ({ ...config, seed: 0 });

export function play(lab: Lab, chapter: Chapter, drawn: Drawn | undefined): OnStage {
  const arms = chapter.arms(drawn);
  const onStage = place(
    lab,
    arms.map((arm, i) => ({
      label: arm.label,
      add: () => lab.add(seeded(arm), { seeds: arm.seeds, focus: i === 0 }),
    })),
  );
  lab.look({ panels: chapter.panels });
  lab.pace.value = undefined;
  lab.play();
  // the first is what the others are told apart from
  return new Map(
    arms.map((arm) => [
      arm.label,
      { ...(onStage.get(arm.label) as Placed), hash: configHash(parseConfig(seeded(arm))) },
    ]),
  );
}

export function show(lab: Lab, chapter: Chapter, recording: Recording): OnStage {
  const onStage = place(
    lab,
    recording.arms.map((arm) => ({
      label: arm.label,
      add: () => lab.addRecorded(arm.runs[0].config, replicasOf(arm), "recorded"),
    })),
  );
  lab.look({ panels: chapter.panels });
  return onStage;
}

/** How far the runs on stage are. */
export type Progress =
  | { kind: "running"; done: number; of: number }
  /** Taken away, or another config by now: what they come to says nothing of this chapter. */
  | { kind: "changed" }
  | { kind: "failed"; why: string }
  | { kind: "done"; seen: Seen };

/** Reads signals: whoever calls it in a component follows them. */
export function progressOf(lab: Lab, onStage: OnStage, seedsOf: (label: string) => number): Progress {
  const all = [...onStage].map(([label, { run, hash }]) => ({ label, run, hash, replicas: run.replicas.value }));
  if (all.some(({ run, hash }) => !lab.runs.value.includes(run) || configHash(run.config.value) !== hash))
    return { kind: "changed" };
  const replicas = all.flatMap((it) => [...it.replicas]);
  const failed = replicas.find(({ status }) => status === "failed");
  if (failed) return { kind: "failed", why: failed.failure ?? "a run failed" };
  const over = ({ status }: { status: string }) => status === "ended" || status === "diverged";
  const of = all.reduce((sum, { label }) => sum + seedsOf(label), 0);
  const done = replicas.filter(over).length;
  if (done < of) return { kind: "running", done, of };
  return { kind: "done", seen: new Map(all.map((it) => [it.label, [...it.replicas]])) };
}
