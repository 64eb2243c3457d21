/** The norm between embedding and logits: none, or one with eps 1e-5 and trained gain (and bias, for layernorm). */
import { LAYERNORM, NO_NORM, RMSNORM } from "../kernel/constants.js";
import { oneOf } from "../schema.js";

export type Norm = "none" | "layernorm" | "rmsnorm";

/** Inside the square root of both norms. */
export const NORM_EPS = 1e-5;

/** @internal */
export const normSchema = () => oneOf(["none", "layernorm", "rmsnorm"]);

/** The kernel's number for each norm. */
export const normCode: Record<Norm, number> = { none: NO_NORM, layernorm: LAYERNORM, rmsnorm: RMSNORM };
