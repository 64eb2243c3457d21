/**
 * Interventions: what is done to a run at one of its steps, as data of its config. Each kind is a file beside this one and
 * a line in index.ts.
 */
import type { ConfigError } from "../configError.js";
import type { ModelShape, Weights } from "../model/parameters.js";
import type { OptimizerConfig } from "../optimizer/index.js";
import type { Running } from "../optimizer/optimizer.js";

/** What interventions look at of a config. */
export interface Subject extends ModelShape {
  optimizer: OptimizerConfig;
  gradient: "sampled" | "exact";
}

/** A run between two updates: its weights, the optimizer's arrays by their names, its running products. */
export interface Held {
  weights: Weights;
  arrays: Record<string, Weights>;
  scalars: Running;
}

/** Any intervention, as the others of a list see it. */
export interface Placed {
  /** Updates that are done before it: it follows the evaluation at this step and precedes the next update. */
  step: number;
  kind: string;
}

export interface InterventionKind<Config extends Placed> {
  kind: Config["kind"];
  /** As an error says what it takes. */
  form: string;
  /** A valibot schema; typed as unknown, so that our types need no valibot. */
  schema(): unknown;
  /**
   * Refuses what runs of this config cannot do.
   * @param earlier those before it in the list
   * @param refuse an error about one of its fields, or about all of it ("")
   * @throws ConfigError
   */
  check(
    intervention: Config,
    run: Subject,
    earlier: readonly Placed[],
    refuse: (field: string, message: string) => ConfigError,
  ): void;
  /** What it does to the state, in place: with + − × ÷ √ in f64, rounded to f32 once, so that it has the same bits everywhere. */
  change?(intervention: Config, held: Held, run: Subject): void;
}
