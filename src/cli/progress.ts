import cliProgress from "cli-progress";
import { outcomeOf } from "../analysis/outcome.js";
import { counted } from "../figures/labels.js";
import type { PoolEvent, PoolProgress } from "../sweep/poolOptions.js";
import type { RunResult } from "../sweep/result.js";
import { BestRuns } from "./bestRun.js";
import { clock } from "./clock.js";
import type { NameOf } from "./runNames.js";

/** Runs in hand that have a line of their own on a terminal, at most. */
const LINES = 32;
/** Lines of the terminal that they leave: bar, best, last, and what goes by above them. */
const OTHERS = 6;

export interface ProgressReporter {
  update(progress: PoolProgress): void;
  event(event: PoolEvent): void;
  stop(): void;
}

/** The last finished run, and the best of those with its vocabulary and data. */
class Results {
  readonly #nameOf: NameOf;
  readonly #best = new BestRuns();
  /** One for the best, one for the last. */
  lines: [best: string, last: string] = ["best", "last"];

  constructor(nameOf: NameOf) {
    this.#nameOf = nameOf;
  }

  add(event: PoolEvent): void {
    if (event.event !== "finished") return;
    const { result } = event;
    const { config } = result;
    this.#best.add(result);
    const best = this.#best.of(config);
    const head = `best of V ${config.vocabSize}`;
    this.lines = [
      best ? `${head}: ${lossText(best.excessLoss)}, ${this.#nameOf(best.config)}` : `${head}: none yet`,
      `${"last".padEnd(head.length)}: ${outcomeText(result)}, ${this.#nameOf(config)}`,
    ];
  }
}

const lossText = (excess: number | null): string =>
  `excess loss ${excess === null ? "-" : Number(excess.toPrecision(4))}`;

function outcomeText(result: RunResult): string {
  const text = lossText(result.records.at(-1)?.excessLoss ?? null);
  const outcome = outcomeOf(result);
  if (outcome === "diverged") return `diverged at step ${result.divergedAt}`;
  return outcome === "exploded" ? `exploded, ${text}` : text;
}

const lost = ({ failed, skipped }: PoolProgress): string =>
  `${failed ? `, ${failed} failed` : ""}${skipped ? `, ${skipped} skipped` : ""}`;

/** What went wrong with a run, as a line; undefined for what went well. */
function trouble(event: PoolEvent, nameOf: NameOf): string | undefined {
  const run = "config" in event ? `run ${event.run} (${nameOf(event.config)})` : `run ${event.run}`;
  if (event.event === "retried") return `${run}: ${event.error}; it is tried again`;
  if (event.event === "failed") return `${run}: ${event.error}; it failed twice and is recorded as failed`;
  if (event.event === "slowed")
    return `${run}: ${event.error}; at most ${event.atOnce} ${event.atOnce === 1 ? "run" : "runs"} at once from here on`;
  if (event.event === "skipped")
    return `${run}: ${event.error}; it takes ${event.bytes} bytes of memory with its thread and is skipped`;
  if (event.event === "lost") {
    const { length } = event.runs;
    return `${event.error}; ${counted(length, "run")} ${length === 1 ? "goes" : "go"} on from ${length === 1 ? "its checkpoint" : "their checkpoints"}, or anew`;
  }
  if (event.event === "warning") return `${run}: ${event.message}`;
  return undefined;
}

type Shares = Pick<PoolProgress, "share" | "resumedShare">;

/**
 * Seconds that are left when the share goes on as it did from `from` on, without what checkpoints brought in; null when
 * too little is done to tell.
 */
export function timeLeft(from: number): (shares: Shares) => number | null {
  return ({ share, resumedShare }) => {
    const done = share - resumedShare;
    return done > 0.01 ? ((performance.now() - from) / 1000 / done) * (1 - share) : null;
  };
}

/**
 * On a terminal an overall bar with the time left, the best and the last result and a line a thread; elsewhere a plain
 * line every five seconds. Both on stderr.
 */
export function progressReporter(total: number, nameOf: NameOf): ProgressReporter {
  const left = timeLeft(performance.now());
  return process.stderr.isTTY ? bars(total, nameOf, left) : plain(nameOf, left);
}

function bars(total: number, nameOf: NameOf, left: (shares: Shares) => number | null): ProgressReporter {
  const results = new Results(nameOf);
  const multi = new cliProgress.MultiBar({
    stream: process.stderr,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    linewrap: false,
  });
  const overall = multi.create(
    1,
    0,
    { runs: total, noun: total === 1 ? "run" : "runs", finished: 0, failed: "", left: "-:--" },
    {
      format: "{bar} {percentage}%  {finished}/{runs} {noun}{failed}  {left} left",
    },
  );
  const line = (text: string) => multi.create(1, 0, { text }, { format: "{text}" });
  const best = line("best");
  const last = line("last");
  const most = Math.max(1, Math.min(LINES, (process.stderr.rows ?? LINES) - OTHERS));
  const threads: cliProgress.SingleBar[] = [];
  return {
    update(progress) {
      const { share, finished, total: runs, running } = progress;
      overall.update(share, {
        finished,
        runs,
        failed: lost(progress),
        left: clock(left(progress)),
      });
      const [bestText, lastText] = results.lines;
      best.update(0, { text: bestText });
      last.update(0, { text: lastText });
      // of the many on a device the first; lines that were there stay
      const shown = Math.min(most, Math.max(running.length, threads.length));
      for (let slot = 0; slot < shown; slot++) {
        const task = running[slot];
        threads[slot] ??= multi.create(1, 0, { text: "" }, { format: "{bar} {text}", barsize: 12 });
        const text = task ? `step ${task.step} of ${task.config.steps}, ${nameOf(task.config)}` : "waits";
        threads[slot].update(task?.config.steps ? task.step / task.config.steps : 0, { text });
      }
    },
    event(event) {
      results.add(event);
      const said = trouble(event, nameOf);
      if (said) multi.log(`${said}\n`);
    },
    stop: () => multi.stop(),
  };
}

function plain(nameOf: NameOf, left: (shares: Shares) => number | null): ProgressReporter {
  let last = performance.now();
  return {
    update(progress) {
      const { share, finished, total } = progress;
      if (performance.now() - last < 5000) return;
      last = performance.now();
      process.stderr.write(
        `${Math.round(100 * share)} %, ${finished} of ${counted(total, "run")}${lost(progress)}, ${clock(left(progress))} left\n`,
      );
    },
    event(event) {
      const said = trouble(event, nameOf);
      if (said) process.stderr.write(`${said}\n`);
    },
    stop() {},
  };
}
