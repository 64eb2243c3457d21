/** What a new run is called, and how it looks. */
import { ConfigError } from "../../index.js";
import type { LabRun, Origin } from "./lab.js";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A letter each. */
export const MOST_RUNS = letters.length;

export type Name = Pick<LabRun, "letter" | "look" | "origin">;

/** The first letter that none of these has, and its look. */
export function nextName(taken: readonly LabRun[], origin: Origin): Name {
  const letter = [...letters].find((one) => taken.every((run) => run.letter !== one));
  if (letter === undefined) throw new ConfigError(`runs: expected at most ${MOST_RUNS}, got one more`);
  return { letter, look: letters.indexOf(letter), origin };
}
