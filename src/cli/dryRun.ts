import type { RunConfig } from "../config.js";
import { estimateCost } from "../sweep/cost.js";
import type { SweepPlan } from "../sweep/grid.js";
import type { Journal } from "../sweep/journal.js";
import { clock } from "./clock.js";
import { counted } from "./counted.js";
import { say } from "./output.js";

/** What a run would be: its cost, and whether it is done. */
interface PlannedRun {
  run: string;
  state: "finished" | "failed" | "waiting";
  operations: number;
  seconds: number;
  bytes: number;
  config: RunConfig;
}

const bytes = (x: number): string =>
  x < 2 ** 30 ? `${(x / 2 ** 20).toFixed(0)} MiB` : `${(x / 2 ** 30).toFixed(1)} GiB`;

/** Prints the runs of a sweep, what they would cost, and what is done already. */
export async function printPlan(
  plan: SweepPlan,
  journal: Journal | undefined,
  {
    threads,
    json = false,
    retryFailed = false,
  }: { threads: number; json?: boolean | undefined; retryFailed?: boolean | undefined },
): Promise<void> {
  let waiting = 0;
  let [operations, seconds, largest, longest] = [0, 0, 0, 0];
  for (const [i, run] of plan.runs.entries()) {
    const config = plan.at(i) as RunConfig;
    const cost = estimateCost(config, threads);
    const state = journal?.has(run) ? "finished" : journal?.hasFailed(run) ? "failed" : "waiting";
    if (state === "waiting" || (state === "failed" && retryFailed)) {
      waiting++;
      operations += cost.operations;
      seconds += cost.seconds;
      largest = Math.max(largest, cost.bytes);
      longest = Math.max(longest, cost.seconds);
    }
    const { operations: work, seconds: time, bytes: memory } = cost;
    const planned: PlannedRun = { run, state, operations: work, seconds: time, bytes: memory, config };
    if (json) await say(`${JSON.stringify(planned)}\n`);
    else
      await say(
        `${run}  ${state.padEnd(8)}  ${cost.operations.toExponential(1)} operations  ${clock(cost.seconds).padStart(7)}  ${bytes(cost.bytes).padStart(8)}  ${JSON.stringify(config)}\n`,
      );
  }
  const wall = Math.max(longest, seconds / threads);
  process.stderr.write(
    `${counted(plan.length, "run")}, ${waiting} to run: ${operations.toExponential(1)} operations, about ${clock(seconds)} of one core, ${clock(wall)} on ${counted(threads, "thread")}, up to ${bytes(largest)} a run\n`,
  );
}
