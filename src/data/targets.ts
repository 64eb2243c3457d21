/**
 * How the target of a pair depends on its input. Whatever the kind, the marginal of the targets is exactly p, so that the
 * entropy of p is what a model without knowledge of the input can reach at best.
 */
import * as v from "valibot";
import { ConfigError } from "../configError.js";
import { expected, fraction, positive, wholeNumber } from "../schema.js";

/** Input and target are drawn apart: the post's case. */
export interface Independent {
  kind: "independent";
}

/** Token i belongs to topic i mod `count`; with probability `strength` a target is of its input's topic. */
export interface Topics {
  kind: "topics";
  /** K, 1 to V: 1 is the independent case, V copies the input. */
  count: number;
  /** λ, 0 to 1. */
  strength: number;
}

/**
 * J_ab = r_a exp(scale·A_a·B_b/√rank) c_b, A and B standard normal, r and c such that both marginals are p. V up to
 * 4096.
 */
export interface LowRank {
  kind: "low-rank";
  /** R, 1 to 64. */
  rank: number;
  /** s, above 0. Default 1. */
  scale: number;
  /** Of the factors A and B: apart from the run's. Default 0. */
  seed: number;
}

export type Targets = Independent | Topics | LowRank;
export type TargetsInput =
  | Independent
  | Topics
  | { kind: "low-rank"; rank: number; scale?: number | undefined; seed?: number | undefined };

/** Whether targets of this kind depend on inputs; a single topic, or topics of strength 0, do not. */
export const dependOnInputs = (targets: Targets | undefined): boolean =>
  targets?.kind === "topics" ? targets.count > 1 && targets.strength > 0 : targets?.kind === "low-rank";

/** @internal */
export const targetsSchema = (): v.GenericSchema<TargetsInput, Targets> =>
  v.variant(
    "kind",
    [
      v.strictObject({ kind: v.literal("independent") }),
      v.strictObject({ kind: v.literal("topics"), count: wholeNumber(1, 1 << 24), strength: fraction() }),
      v.strictObject({
        kind: v.literal("low-rank"),
        rank: wholeNumber(1, 64),
        scale: v.optional(positive(), 1),
        seed: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 0),
      }),
    ],
    expected(
      '{ kind: "independent" }, { kind: "topics", count, strength } or { kind: "low-rank", rank, scale, seed }',
    ),
  );

/** Largest vocabulary of exact gradients and low-rank targets, which take V² of time or memory. */
export const MOST_SQUARED = 4096;

/** @throws ConfigError for targets that a vocabulary of this size cannot have */
export function checkTargets(targets: Targets, vocabSize: number): void {
  if (targets.kind === "topics" && targets.count > vocabSize)
    throw new ConfigError(`targets.count: expected at most ${vocabSize} (vocabSize), got ${targets.count}`);
  if (targets.kind === "low-rank" && vocabSize > MOST_SQUARED)
    throw new ConfigError(
      `vocabSize: expected at most ${MOST_SQUARED} with low-rank targets, got ${vocabSize}`,
    );
}
