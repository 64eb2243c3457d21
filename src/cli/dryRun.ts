import type { RunConfig } from "../config.js";
import { estimateCost } from "../sweep/cost.js";
import type { Journal } from "../sweep/journal.js";
import type { Plan } from "../sweep/plans.js";
import { Shapes } from "../sweep/shapes.js";
import type { DeviceKind } from "../training/together.js";
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
  /** On a device: the shape that it has in common with others. */
  group?: number;
}

/** Runs of one shape, which a device computes together. */
interface Group {
  number: number;
  config: RunConfig;
  most: number;
  waiting: number;
}

class Groups {
  readonly #shapes: Shapes;
  readonly #groups = new Map<string, Group>();

  constructor(device: DeviceKind) {
    this.#shapes = new Shapes(device);
  }

  async add(run: string, config: RunConfig): Promise<Group> {
    const { key, most } = await this.#shapes.of(run, config);
    const group = this.#groups.get(key) ?? { number: this.#groups.size + 1, config, most, waiting: 0 };
    this.#groups.set(key, group);
    return group;
  }

  get lines(): string[] {
    return [...this.#groups.values()].map(
      ({ number, config: { vocabSize, embeddingDim, batchSize }, most, waiting }) =>
        `group ${number}: ${counted(waiting, "run")} of V ${vocabSize}, D ${embeddingDim}${batchSize === undefined ? "" : `, B ${batchSize}`}, up to ${most} together`,
    );
  }
}

const bytes = (x: number): string =>
  x < 2 ** 30 ? `${(x / 2 ** 20).toFixed(0)} MiB` : `${(x / 2 ** 30).toFixed(1)} GiB`;

/** Prints the runs of a sweep, what they would cost, and what is done already. */
export async function printPlan(
  plan: Plan,
  journal: Journal | undefined,
  {
    threads,
    device,
    json = false,
    retryFailed = false,
  }: {
    threads: number;
    device?: DeviceKind | undefined;
    json?: boolean | undefined;
    retryFailed?: boolean | undefined;
  },
): Promise<void> {
  const groups = device && new Groups(device);
  let waiting = 0;
  let [operations, seconds, largest, longest] = [0, 0, 0, 0];
  for (const [i, run] of plan.runs.entries()) {
    const config = plan.at(i) as RunConfig;
    const cost = estimateCost(config, threads);
    if (device) cost.bytes = device.bytes(config, { maxThreads: 1 });
    const state = journal?.has(run) ? "finished" : journal?.hasFailed(run) ? "failed" : "waiting";
    const group = await groups?.add(run, config);
    if (state === "waiting" || (state === "failed" && retryFailed)) {
      waiting++;
      if (group) group.waiting++;
      operations += cost.operations;
      seconds += cost.seconds;
      largest = Math.max(largest, cost.bytes);
      longest = Math.max(longest, cost.seconds);
    }
    const { operations: work, seconds: time, bytes: memory } = cost;
    const planned: PlannedRun = { run, state, operations: work, seconds: time, bytes: memory, config };
    if (group) planned.group = group.number;
    if (json) await say(`${JSON.stringify(planned)}\n`);
    else
      await say(
        `${run}  ${state.padEnd(8)}  ${cost.operations.toExponential(1)} operations  ${clock(cost.seconds).padStart(7)}  ${bytes(cost.bytes).padStart(8)}  ${JSON.stringify(config)}\n`,
      );
  }
  if (groups) {
    process.stderr.write(
      `${counted(plan.length, "run")}, ${waiting} to run: ${operations.toExponential(1)} operations, up to ${bytes(largest)} a run\n${groups.lines.join("\n")}\n`,
    );
    return;
  }
  const wall = Math.max(longest, seconds / threads);
  process.stderr.write(
    `${counted(plan.length, "run")}, ${waiting} to run: ${operations.toExponential(1)} operations, about ${clock(seconds)} of one core, ${clock(wall)} on ${counted(threads, "thread")}, up to ${bytes(largest)} a run\n`,
  );
}
