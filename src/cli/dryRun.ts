import type { RunConfig } from "../config.js";
import { counted } from "../figures/labels.js";
import { estimateCost } from "../sweep/cost.js";
import type { Journal } from "../sweep/journal.js";
import type { KeptSnapshots } from "../sweep/keptSnapshots.js";
import type { Plan } from "../sweep/plans.js";
import { Shapes } from "../sweep/shapes.js";
import type { DeviceKind } from "../training/together.js";
import { shownBytes } from "./bytes.js";
import { clock } from "./clock.js";
import { KeptCheckpoints } from "./keptCheckpoints.js";
import { say } from "./output.js";
import { PlanListing, type PlannedRun } from "./planListing.js";

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

/** Prints what a sweep varies, its runs, what they would cost, and what is done already; as JSON a line a run. */
export async function printPlan(
  plan: Plan,
  journal: Journal | undefined,
  {
    directory,
    snapshots,
    threads,
    device,
    json = false,
    retryFailed = false,
  }: {
    directory: string;
    /** Ends of shorter runs that others go on from. */
    snapshots: KeptSnapshots | undefined;
    threads: number;
    device?: DeviceKind | undefined;
    json?: boolean | undefined;
    retryFailed?: boolean | undefined;
  },
): Promise<void> {
  const groups = device && new Groups(device);
  const kept = await KeptCheckpoints.in(directory, await device?.device.computedBy());
  const listing = new PlanListing(plan.varied);
  let [waiting, goingOn] = [0, 0];
  let [operations, seconds, largest, longest] = [0, 0, 0, 0];
  for (const [i, run] of plan.runs.entries()) {
    const config = plan.at(i) as RunConfig;
    const cost = estimateCost(config, threads);
    if (device) cost.bytes = device.bytes(config, { maxThreads: 1 });
    const state = journal?.has(run) ? "finished" : journal?.hasFailed(run) ? "failed" : "waiting";
    const group = await groups?.add(run, config);
    const step = state === "finished" ? undefined : await kept.stepOf(run, config);
    if (state === "waiting" || (state === "failed" && retryFailed)) {
      waiting++;
      if (group) group.waiting++;
      if (step !== undefined) goingOn++;
      const left = 1 - (step ?? snapshots?.baseOf(config)?.step ?? 0) / Math.max(1, config.steps);
      operations += left * cost.operations;
      seconds += left * cost.seconds;
      largest = Math.max(largest, cost.bytes);
      longest = Math.max(longest, left * cost.seconds);
    }
    const { operations: work, seconds: time, bytes: memory } = cost;
    const planned: PlannedRun = { run, state, operations: work, seconds: time, bytes: memory, config };
    if (step !== undefined) planned.checkpointStep = step;
    if (group) planned.group = group.number;
    if (json) await say(`${JSON.stringify(planned)}\n`);
    else listing.add(planned);
  }
  if (!json) await say(`${listing.lines.join("\n")}\n`);
  if (waiting === 0) {
    process.stderr.write(`${counted(plan.length, "run")}, nothing to run\n`);
    return;
  }
  const toRun = `${counted(plan.length, "run")}, ${waiting} to run${goingOn > 0 ? `, ${goingOn} of them from checkpoints` : ""}`;
  if (groups) {
    process.stderr.write(
      `${toRun}: ${operations.toExponential(1)} operations, up to ${shownBytes(largest)} a run\n${groups.lines.join("\n")}\n`,
    );
    return;
  }
  const wall = Math.max(longest, seconds / threads);
  process.stderr.write(
    `${toRun}: ${operations.toExponential(1)} operations, about ${clock(seconds)} of one core, ${clock(wall)} on ${counted(threads, "thread")}, up to ${shownBytes(largest)} a run\n`,
  );
}
