/** A chapter's runs on the page in place of the reader's, and the reader's back when the tour is left. */
import { configHash, parseConfig } from "../../index.js";
import type { LabLink, LinkedView } from "../../link/link.js";
import type { Lab, LabRun } from "../state/lab.js";
import type { Chapter } from "./chapter.js";
import type { Drawn } from "./guess/axes.js";
import { type Recording, replicasOf } from "./recording.js";
import type { Seen } from "./seen.js";

/** A run on the page, and what it was when it was put there. */
interface Placed {
  run: LabRun;
  hash: string;
  seeds: number;
}

/** By the arms' labels. */
export type OnStage = ReadonlyMap<string, Placed>;

/** What the page had when the first chapter was played. */
interface Before {
  link: LabLink;
  playing: boolean;
  pace: number | undefined;
  /** Runs that the page's own link does not hold, followed in a directory say: out of sight meanwhile. */
  hidden: readonly LabRun[];
}

export class Stage {
  readonly #lab: Lab;
  #before: Before | undefined;
  #own: readonly LabRun[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  play(chapter: Chapter, drawn: Drawn | undefined): OnStage {
    const lab = this.#lab;
    this.#remember();
    const arms = chapter
      .arms(drawn)
      .map(({ config, ...arm }) => ({ ...arm, config: { ...config, seed: 0 } }));
    const gone = this.#recorded();
    lab.open({
      runs: arms.map(({ config, seeds }) => ({ config, seeds })),
      view: viewOf(chapter),
      chapter: chapter.name,
    });
    for (const run of gone) lab.remove(run);
    const runs = lab.runs.peek().filter(({ origin }) => origin === "here");
    this.#own = runs;
    lab.pace.value = undefined;
    lab.play();
    return new Map(
      arms.map(({ label, seeds, config }, i) => [
        label,
        { run: runs[i], seeds, hash: configHash(parseConfig(config)) },
      ]),
    );
  }

  /** The runs of a chapter that the page has already, from a link say; undefined unless it has all of them. */
  found(chapter: Chapter): OnStage | undefined {
    const here = this.#lab.runs.peek().filter(({ origin }) => origin === "here");
    const placed = chapter.arms(undefined).map(({ label, seeds, config }) => {
      const hash = configHash(parseConfig({ ...config, seed: 0 }));
      const run = here.find((one) => one.seeds.peek() === seeds && configHash(one.config.peek()) === hash);
      return run && ([label, { run, seeds, hash }] as const);
    });
    return placed.every((one) => one !== undefined) ? new Map(placed) : undefined;
  }

  show(chapter: Chapter, { arms }: Recording): OnStage {
    const lab = this.#lab;
    this.#remember();
    const gone = this.#recorded();
    const placed = arms.map((arm) => {
      const { config } = arm.runs[0];
      const run = lab.addRecorded(config, replicasOf(arm), "recorded");
      return { label: arm.label, run, seeds: arm.runs.length, hash: configHash(config) };
    });
    this.#own = placed.map(({ run }) => run);
    const { runs } = ownLink(lab);
    lab.open({
      runs: runs.map((run) => ({ ...run, hidden: true })),
      view: viewOf(chapter),
      chapter: chapter.name,
    });
    for (const run of gone) lab.remove(run);
    lab.focus(this.#own[0]);
    return new Map(placed.map(({ label, ...one }) => [label, one]));
  }

  /** Gives the page back, unless something else was opened meanwhile. */
  leave(): void {
    const lab = this.#lab;
    const was = this.#before;
    this.#before = undefined;
    if (!was || !this.#isOurs()) return;
    const gone = this.#recorded();
    const { chapter: _, ...link } = was.link;
    lab.open(link);
    for (const run of gone) lab.remove(run);
    const own = lab.runs.peek();
    for (const run of own.some(({ shown }) => shown.peek()) ? was.hidden : own) lab.show(run, true);
    lab.pace.value = was.pace;
    if (!was.playing) lab.pause();
  }

  #isOurs(): boolean {
    return this.#own.some((run) => this.#lab.runs.peek().includes(run));
  }

  #remember(): void {
    if (this.#before && this.#isOurs()) return;
    const lab = this.#lab;
    const hidden = lab.runs.peek().filter(({ origin, shown }) => origin !== "here" && shown.peek());
    this.#before = { link: ownLink(lab), playing: lab.playing.peek(), pace: lab.pace.peek(), hidden };
    for (const run of hidden) lab.show(run, false);
  }

  #recorded(): LabRun[] {
    return this.#own.filter((run) => run.origin === "recorded" && this.#lab.runs.peek().includes(run));
  }
}

/** The page's own state: its hashes are no promise of anybody's. */
function ownLink(lab: Lab): LabLink {
  const link = lab.link();
  return { ...link, runs: link.runs.map(({ hashes: _, ...run }) => run) };
}

const viewOf = ({ panels, fit }: Chapter): LinkedView => ({
  panels: [...panels],
  ...(fit ? { fit: [...fit] } : {}),
});

/** How far the runs on stage are. */
export type Progress =
  | { kind: "running"; done: number; of: number /** Of all steps, 0 to 1. */; share: number; seen: Seen }
  /** Taken away, or another config by now: what they come to says nothing of this chapter. */
  | { kind: "changed" }
  | { kind: "failed"; why: string }
  | { kind: "done"; seen: Seen };

export function progressOf(lab: Lab, onStage: OnStage): Progress {
  const all = [...onStage].map(([label, placed]) => ({
    label,
    ...placed,
    replicas: placed.run.replicas.value,
  }));
  const isOther = ({ run, hash, seeds }: Placed): boolean =>
    !lab.runs.value.includes(run) || run.seeds.value !== seeds || configHash(run.config.value) !== hash;
  if (all.some(isOther)) return { kind: "changed" };
  const replicas = all.flatMap((it) => [...it.replicas]);
  const failed = replicas.find(({ status }) => status === "failed");
  if (failed) return { kind: "failed", why: failed.failure ?? "a run failed" };
  const of = all.reduce((sum, { seeds }) => sum + seeds, 0);
  const done = replicas.filter(({ status }) => status === "ended" || status === "diverged").length;
  const seen: Seen = new Map(all.map((it) => [it.label, [...it.replicas]]));
  if (done === of) return { kind: "done", seen };
  const [taken, steps] = replicas.reduce(
    ([sum, most], { step, config, status }) => [
      sum + (status === "diverged" ? config.steps : step),
      most + config.steps,
    ],
    [0, 0],
  );
  return { kind: "running", done, of, share: taken / Math.max(1, steps), seen };
}
