/**
 * What a step does with its gradient. An optimizer is a file beside this one and a line in index.ts; its fast form is a
 * file in assembly/ and a line in assembly/optimizer.ts.
 */
import type * as v from "valibot";

/** A state array has the shape of its parameter, or of one row of it. */
export type StateShape = "parameter" | "row";

/** Arrays of one parameter, row-major with `columns` values a row (a gain or a bias is one row). */
export interface Update {
  theta: Float64Array;
  gradient: Float64Array;
  /** The optimizer's state of this parameter, by name. */
  state: Record<string, Float64Array>;
  columns: number;
}

/** Scalars of one update at most: room for each step's in the kernel's memory. */
export const MOST_SCALARS = 6;

export interface Optimizer<Input extends { kind: string }, Config extends Input> {
  kind: Config["kind"];
  /** The number by which the kernel knows it (src/kernel/constants.ts). */
  code: number;
  schema: v.GenericSchema<Input, Config>;
  /** Arrays kept for every parameter, all zeros at first; one or two at most, in the kernel's order. */
  state(config: Config): Record<string, StateShape>;
  /** Numbers that change by a factor a step, before the first: they travel in snapshots, so that no power is formed anew. */
  running: Readonly<Record<string, number>>;
  /**
   * What one update computes with, into `out` from `at` on, in the order of the kernel's file; takes `running` one step
   * further first.
   */
  scalars(
    config: Config,
    learningRate: number,
    running: Record<string, number>,
    out: Float64Array,
    at: number,
  ): void;
  /** Whether a parameter moves only once the gradients of all its rows are known. */
  needsWholeGradient?(config: Config): boolean;
  /** The update in f64, in place: the oracle of the kernel's. `scalars` as filled in above. */
  update(scalars: Float64Array, arrays: Update): void;
}
