/** What a new run is called, and how it looks. */
import { ConfigError } from "../../index.js";
import { lookCount } from "../looks.js";
import type { LabRun, Origin } from "./lab.js";

/** A letter each. */
export const MOST_RUNS = 26;

export type Name = Pick<LabRun, "letter" | "look" | "origin">;

/** The first letter that none of these has, and a look that the fewest have. */
export function nextName(taken: readonly LabRun[], origin: Origin): Name {
  const letter = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((one) => taken.every((run) => run.letter !== one));
  if (letter === undefined) throw new ConfigError(`runs: expected at most ${MOST_RUNS}, got one more`);
  const count = (look: number) => taken.filter((run) => run.look === look).length;
  const looks = Array.from({ length: lookCount }, (_, look) => look);
  return { letter, look: looks.reduce((best, one) => (count(one) < count(best) ? one : best)), origin };
}
