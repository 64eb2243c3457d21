/** What an embedding passes through on its way to the logits: nothing, or a norm with eps 1e-5 and trained gain (and bias). */
import { LAYERNORM, NO_NORM, RMSNORM } from "../kernel/constants.js";
import { oneOf } from "../schema.js";

export type Norm = "none" | "layernorm" | "rmsnorm";

/** @internal */
export const normSchema = oneOf(["none", "layernorm", "rmsnorm"]);

/** The number by which the kernel knows a norm. */
export const normCode: Record<Norm, number> = { none: NO_NORM, layernorm: LAYERNORM, rmsnorm: RMSNORM };
