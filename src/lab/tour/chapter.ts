/** What a chapter of the tour is: a question, axes to draw a guess on, runs, and rules that judge them. */
import type { Axis, Drawn } from "./guess/axes.js";
import type { Finding } from "./judge.js";
import type { Recording } from "./recording.js";
import type { Arm, Seen } from "./seen.js";

/** Over seeds: the mean, and its band of one standard deviation. */
export interface Point {
  x: number;
  mean: number;
  low: number;
  high: number;
}

export interface Curve {
  /** Of its arm; a curve over several arms has a label of its own. */
  label: string;
  points: readonly Point[];
  /** Whether its points are values of their own, with nothing between them. */
  apart?: boolean;
}

/** A level to compare with: the entropy. */
export interface Reference {
  label: string;
  value: number;
}

/** What the reader draws. */
export interface Guess {
  /** What to do, in a sentence. */
  task: string;
  /** What the chart shows once the runs are in it. */
  shown: string;
  x: Axis;
  y: Axis;
  /** What is drawn. Default "your guess". */
  called?: string;
  /** x of the handles, ascending. */
  at: readonly number[];
  /** y of all handles before they are moved. */
  start: number;
}

export interface Chapter {
  /** In links: letters and digits. */
  name: string;
  title: string;
  question: string;
  /** What is run, in a few plain sentences. */
  setting: string;
  /** For whoever teaches it, in a line. */
  teacher: string;
  /** Whose statements are judged, and where more is said. */
  source: string;
  /** Panels of the page that show it. */
  panels: readonly string[];
  /** Window of steps that the page fits β in. */
  fit?: readonly [from: number, to: number];
  guess: Guess;
  /** What is run here; where runs are `recorded`, what was run. */
  arms(drawn: Drawn | undefined): readonly Arm[];
  /** Too costly to run while a reader waits. */
  recorded?: () => Promise<Recording>;
  /** What is drawn over the guess. */
  curves(seen: Seen): readonly Curve[];
  references(seen: Seen): readonly Reference[];
  /** What happened against the guess; of the runs alone where none was drawn. */
  told(seen: Seen, drawn: Drawn | undefined): string;
  findings(seen: Seen): readonly Finding[];
}
