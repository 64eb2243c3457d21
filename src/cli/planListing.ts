/** A planned sweep for a reader: what varies and with which values, its first runs, and what checkpoints there are. */
import type { RunConfig } from "../config.js";
import type { Varied } from "../sweep/grid.js";
import { shownBytes } from "./bytes.js";
import { clock } from "./clock.js";
import { type NamedAxis, type NameOf, namedAxes, sweepNames } from "./runNames.js";

/** What a run would be: its cost, and whether it is done. */
export interface PlannedRun {
  run: string;
  state: "finished" | "failed" | "waiting";
  operations: number;
  seconds: number;
  bytes: number;
  config: RunConfig;
  /** Step that it would go on from, where a checkpoint is kept. */
  checkpointStep?: number;
  /** On a device: the shape that it has in common with others. */
  group?: number;
}

/** Runs, or checkpoints, that are listed one by one. */
const LISTED = 20;
/** Columns that a line of values may take, and what is left for values where names are long. */
const WIDTH = 80;
const LEAST_ROOM = 30;
/** Values that are all said, also where that takes several lines. */
const FEW = 8;

/** "0.001, 0.01, … 1 (7 values)": as many as fit on a line, the last one always; few and long ones take several lines. */
function listed(values: readonly string[], width: number): string[] {
  const comma = values.some((value) => value.includes(",")) ? ";" : ",";
  const all = values.join(`${comma} `);
  if (all.length <= width) return [all];
  if (values.length <= FEW) return wrapped(values, comma, width);
  const end = `… ${values[values.length - 1]} (${values.length} values)`;
  let start = "";
  for (const value of values.slice(0, -1)) {
    if (`${start}${value}${comma} ${end}`.length > width) break;
    start += `${value}${comma} `;
  }
  return [`${start}${end}`];
}

/** As many values a line as fit. */
function wrapped(values: readonly string[], comma: string, width: number): string[] {
  const lines: string[] = [];
  for (const [i, value] of values.entries()) {
    const text = i < values.length - 1 ? `${value}${comma}` : value;
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${text}`.length <= width) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  }
  return lines;
}

const row = (run: string, state: string, time: string, memory: string, name: string): string =>
  `${run.padEnd(16)}  ${state.padEnd(8)}  ${time.padStart(7)}  ${memory.padStart(8)}  ${name}`.trimEnd();

/** The first lines, and how many more there are. */
class Lines {
  readonly #shown: string[] = [];
  #count = 0;

  add(line: () => string): void {
    if (++this.#count <= LISTED) this.#shown.push(line());
  }

  /** @param where what tells all of them */
  all(where: string): string[] {
    const more = this.#count - this.#shown.length;
    return more > 0 ? [...this.#shown, `and ${more} more${where}`] : this.#shown;
  }
}

/** Runs are added one by one, and of most of them only their values are kept. */
export class PlanListing {
  readonly #axes: readonly NamedAxis[];
  readonly #values: Set<string>[];
  readonly #nameOf: NameOf;
  readonly #runs = new Lines();
  readonly #checkpoints = new Lines();

  constructor(varied: readonly Varied[]) {
    this.#axes = namedAxes(varied);
    this.#values = this.#axes.map(() => new Set());
    this.#nameOf = sweepNames(varied);
  }

  add({ run, state, seconds, bytes, config, checkpointStep }: PlannedRun): void {
    for (const [i, { textOf }] of this.#axes.entries()) {
      const value = textOf(config);
      if (value !== undefined) this.#values[i].add(value);
    }
    const name = () => this.#nameOf(config);
    this.#runs.add(() => row(run, state, clock(seconds), shownBytes(bytes), name()));
    if (checkpointStep !== undefined)
      this.#checkpoints.add(() => `${run}  at step ${checkpointStep} of ${config.steps}, ${name()}`);
  }

  /** A line a field with more than one value, its values in the order of the runs. */
  #variation(): string[] {
    const varied = this.#axes.flatMap(({ path, name }, i) =>
      this.#values[i].size > 1
        ? [{ head: path.endsWith(name) ? path : `${path} (${name})`, values: [...this.#values[i]] }]
        : [],
    );
    const widest = Math.max(0, ...varied.map(({ head }) => head.length));
    const room = Math.max(LEAST_ROOM, WIDTH - widest - 2);
    return varied.length === 0
      ? ["nothing varies"]
      : varied.flatMap(({ head, values }) =>
          listed(values, room).map((line, i) => `${(i === 0 ? head : "").padEnd(widest)}  ${line}`),
        );
  }

  get lines(): string[] {
    const checkpoints = this.#checkpoints.all("");
    return [
      ...this.#variation(),
      "",
      row("run", "state", "time", "memory", ""),
      ...this.#runs.all("; --json prints them all"),
      ...(checkpoints.length > 0 ? ["", "checkpoints to go on from", ...checkpoints] : []),
    ];
  }
}
