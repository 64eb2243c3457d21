/** What the page knows and what can be done to it; every part of the page is made from this and nothing else. */
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { ComputedBy } from "../../backend/backend.js";
import type { Frame, LiveStatus } from "../../browser/liveRun.js";
import type { RunConfig, RunConfigInput, ScheduleInput } from "../../index.js";
import type { LabLink } from "../../link/link.js";
import type { TrainingRecord } from "../../training/record.js";

/** Who computed: this page, whoever recorded it for the tour, or the directory that is followed. */
export type Origin = "here" | "recorded" | "directory";

/** One seed of a run. */
export interface Replica {
  readonly config: RunConfig;
  /** Grows while it runs; another array whenever it has grown. */
  readonly records: readonly TrainingRecord[];
  readonly step: number;
  readonly status: LiveStatus;
  /** Why it failed, in a line. */
  readonly failure: string | undefined;
  /** In nats; undefined until its worker has it. */
  readonly entropy: number | undefined;
  readonly conditionalEntropy: number | undefined;
  /** Of its final weights; undefined until it is at its end and idle. */
  readonly weightsHash: string | undefined;
  /** What the link said that it would be. */
  readonly expectedHash: string | undefined;
  /** Seconds computed so far. */
  readonly seconds: number;
  /** The GPU that computes it, once that is known. */
  readonly computedBy?: ComputedBy | undefined;
}

/** A line of the list of runs: a config over one seed or several. */
export interface LabRun {
  /** "A", "B", …: its name as long as the page lives. */
  readonly letter: string;
  /** Index of its colour and dash in looks.ts. */
  readonly look: number;
  readonly origin: Origin;
  /** Of the first seed. */
  readonly config: ReadonlySignal<RunConfig>;
  /** The same as it was asked for: what is left out follows from the rest. */
  readonly input: ReadonlySignal<RunConfigInput>;
  readonly seeds: ReadonlySignal<number>;
  /** A reference: sliders leave it alone, they make another run of it. */
  readonly pinned: ReadonlySignal<boolean>;
  readonly shown: ReadonlySignal<boolean>;
  /** Whether this page's GPU computes it, whose bits are its own; its config is of relaxed arithmetic then. */
  readonly gpu: ReadonlySignal<boolean>;
  /** The first seed's is first. Set anew at most once an animation frame. */
  readonly replicas: ReadonlySignal<readonly Replica[]>;
  /** What it is called where its letter does not say enough: what tells it from the others. */
  readonly label: ReadonlySignal<string>;
}

/** What is looked at, and how; part of a link. */
export interface ViewState {
  panels: readonly string[];
  logX: boolean;
  fit: readonly [from: number, to: number] | undefined;
  axes: readonly [x: number, y: number];
  trail: boolean;
  input: number | undefined;
}

export interface Lab {
  readonly runs: ReadonlySignal<readonly LabRun[]>;
  /** Of a page that follows a directory undefined while there is no run. */
  readonly focused: ReadonlySignal<LabRun>;
  /** Whether runs go on; false pauses all. */
  readonly playing: ReadonlySignal<boolean>;
  /** Most steps a second of a run; undefined: as fast as can be. */
  readonly pace: Signal<number | undefined>;
  readonly view: ReadonlySignal<ViewState>;
  /** Step of the focused run that its frame shows; undefined: wherever it is. */
  readonly scrubbed: ReadonlySignal<number | undefined>;
  /** How the focused run's first seed is: what the embedding, the probabilities and the spectrum are drawn of. */
  readonly frame: ReadonlySignal<Frame | undefined>;
  /** Steps a second of all runs together. */
  readonly stepsPerSecond: ReadonlySignal<number>;
  /** Last thing said to the user, in a line; shown as a toast and read by a live region. */
  readonly notice: Signal<string>;
  /** Name of the tour's chapter that is open. */
  readonly chapter: Signal<string | undefined>;
  /** `present=1`: large type, panels hidden by list. */
  readonly presenting: Signal<boolean>;

  /**
   * The focused run with fields changed: trained anew from step 0, the newest request wins. Changes of one gesture
   * are one entry of the history: `commit` ends it. Refuses a bad config with a notice and leaves the run as it is.
   */
  change(fields: RunConfigInput, options?: { commit?: boolean }): void;
  /** The rate of the focused run from the step on that it is at, or scrubbed to. */
  setLearningRate(rate: ScheduleInput): void;
  add(config: RunConfigInput, options?: { seeds?: number; focus?: boolean }): LabRun;
  /** Another run like it; of seeds with gaps several, since a line has none. Refuses with a notice. */
  addLike(run: LabRun): void;
  /** A run that is not computed here: recorded or followed. */
  addRecorded(config: RunConfig, replicas: readonly Replica[], origin: Origin): LabRun;
  /** What is known of such a run by now, at least one seed. */
  setRecorded(run: LabRun, replicas: readonly Replica[]): void;
  /** The last one only of a page that was opened without any. */
  remove(run: LabRun): void;
  focus(run: LabRun): void;
  pin(run: LabRun, pinned: boolean): void;
  show(run: LabRun, shown: boolean): void;
  setSeeds(run: LabRun, seeds: number): void;
  /**
   * From step 0, by this processor in strict arithmetic, or by the GPU, in relaxed; a change as any other. From then on
   * what is relaxed goes to the GPU, until another link is opened.
   */
  computeOn(run: LabRun, place: "here" | "gpu"): void;
  /** A new run that goes on from where the focused one is, or is scrubbed to. */
  fork(): void;
  play(): void;
  pause(): void;
  /** One step of all runs, paused. */
  step(count?: number): void;
  /** All from step 0, with the same seeds. */
  replay(): void;
  /** Another seed for all runs. */
  reseed(): void;
  scrub(step: number | undefined): void;
  look(view: Partial<ViewState>): void;
  /** A snapshot of the focused run where it is, or is scrubbed to. */
  snapshot(): Promise<Uint8Array>;
  /** The state of the page as its own history and address hold it. */
  link(): LabLink;
  /** The page as a link has it; what it was before is one step back. */
  open(link: LabLink): void;
  undo(): void;
}
