/**
 * Optimizers. Each is a file beside this one and a line in index.ts; in the kernel, a file in assembly/ and a line in
 * assembly/optimizer.ts.
 */

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

/** Running products of an optimizer, by name: β₁ᵗ after t updates. */
export type Running = Record<string, number>;

/** The products before the first update. */
export const startRunning = (factors: Running): Running =>
  Object.fromEntries(Object.keys(factors).map((name) => [name, 1]));

/** One update further, in place. */
export function advanceRunning(running: Running, factors: Running): void {
  for (const name in factors) running[name] *= factors[name];
}

/** After `count` updates, formed one factor at a time as a run forms them, until they no longer change. */
export const runningAfter = (factors: Running, count: number): Running =>
  Object.fromEntries(
    Object.entries(factors).map(([name, factor]) => {
      let product = 1;
      for (let t = 0; t < count; t++) {
        const next = product * factor;
        if (next === product) break;
        product = next;
      }
      return [name, product];
    }),
  );

export interface Optimizer<Config extends { kind: string }> {
  kind: Config["kind"];
  /** The kernel's number for it (src/kernel/constants.ts). */
  code(config: Config): number;
  /** A valibot schema; typed as unknown, so that our types need no valibot. A function, so that bundlers can drop it. */
  schema(): unknown;
  /** Arrays kept for every parameter, all zeros at first; one or two at most, in the kernel's order. */
  state(config: Config): Record<string, StateShape>;
  /** Of what degree in the gradient each of these arrays is: c times the gradient makes it c^degree times as large. */
  degrees: Record<string, 1 | 2>;
  /** Factors of the running products, one multiplication an update; products start at 1 and travel in snapshots. */
  factors(config: Config): Running;
  /**
   * Writes the scalars of one update into `out` from `at` on, in the order of the kernel's file (at most SCALARS of
   * src/kernel/constants.ts).
   * @param running the products, this update's factors included
   */
  scalars(config: Config, learningRate: number, running: Running, out: Float64Array, at: number): void;
  /** Whether an update needs the gradients of all rows of a parameter before it can move one of them. */
  needsWholeGradient?(config: Config): boolean;
  /** The update in f64, in place: the oracle of the kernel's. `scalars` as filled in above. */
  update(scalars: Float64Array, arrays: Update): void;
}
