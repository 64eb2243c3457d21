/** The page as its link to others holds it, and which of its runs they get how. */
import type { RunConfig, RunConfigInput } from "../../index.js";
import type { LabLink, LinkedRun } from "../../link/link.js";
import type { Lab, LabRun } from "../state/lab.js";
import { linkedRun } from "../state/linked.js";
import { MOST_RUNS } from "../state/names.js";
import { checkRoom } from "../state/room.js";
import { seedRows } from "../state/seedRows.js";

export interface Sent {
  /** Undefined where none of the runs can be sent. */
  link?: LabLink;
  /** Letters of the runs that were not computed in this page: who opens the link trains them. */
  untrained: string[];
  /** Letters of those of them that are several lines there, since one line has not all of their seeds. */
  split: string[];
  /** Why runs are not in the link, with their letters. */
  left: [why: string, letters: string[]][];
}

/** Why nobody could train it from a link; undefined where they can. */
function obstacle({ origin, config }: LabRun): string | undefined {
  if (origin === "recorded") return "recorded for the tour, whose chapter brings the recording";
  const { distribution } = config.peek();
  if (distribution.kind === "corpus" || ("digest" in distribution && distribution.digest !== undefined))
    return "trained on a file, which no link holds";
  try {
    checkRoom(config.peek());
  } catch {
    return "too large for a page to train";
  }
}

/** Configs without hashes: of a run that was computed elsewhere the page has no weights. */
function foreignRuns(run: LabRun): LinkedRun[] {
  const config: RunConfig = run.config.peek();
  return seedRows(run.replicas.peek()).map(([seed, count]) => ({
    config: { ...config, seed } as RunConfigInput,
    ...(count > 1 ? { seeds: count } : {}),
    ...(run.shown.peek() ? {} : { hidden: true }),
  }));
}

export function sentOf(lab: Lab): Sent {
  const all = lab.runs.peek();
  const { view, chapter } = lab.link();
  const runs: LinkedRun[] = [];
  const sent: Sent = { untrained: [], split: [], left: [] };
  const left = new Map<string, string[]>();
  const leave = (why: string, { letter }: LabRun) => left.set(why, [...(left.get(why) ?? []), letter]);
  let focus: number | undefined;
  // the page's own have their place whatever the others take
  let room = MOST_RUNS - all.filter(({ origin }) => origin === "here").length;
  for (const run of all) {
    const isOwn = run.origin === "here";
    const why = isOwn ? undefined : obstacle(run);
    if (why !== undefined) {
      leave(why, run);
      continue;
    }
    const lines = isOwn ? [linkedRun(run)] : foreignRuns(run);
    if (!isOwn) {
      if (lines.length > room) {
        leave(`with too many gaps in the seeds for the ${MOST_RUNS} lines of a page`, run);
        continue;
      }
      room -= lines.length;
      sent.untrained.push(run.letter);
      if (lines.length > 1) sent.split.push(run.letter);
    }
    if (run === lab.focused.peek()) focus = runs.length;
    runs.push(...lines);
  }
  sent.left = [...left];
  if (runs.length === 0) return sent;
  // a step is one of the run in focus
  const { step, ...look } = view ?? {};
  return {
    ...sent,
    link: {
      runs,
      ...(focus ? { focus } : {}),
      view: { ...look, ...(step === undefined || focus === undefined ? {} : { step }) },
      ...(chapter ? { chapter } : {}),
    },
  };
}
