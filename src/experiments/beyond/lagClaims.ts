/** What is claimed of a lag: that there is one, or, by equivalence, that there is none. */
import type { ClaimSpecification, Quantity } from "../../analysis/claims.js";

/** The largest lag that counts as none, in units of I. */
export const margin = 0.02;
export const origin = "a fiftieth of what there is to learn of the input";

type Stated = Pick<ClaimSpecification, "claim" | "quantity" | "whose"> & { value: Quantity };

export const lags = (it: Stated): ClaimSpecification => ({ ...it, rule: "above", bound: margin, origin });
export const lagsNot = (it: Stated): ClaimSpecification => ({ ...it, rule: "equivalent", margin, origin });
export type LagClaim = typeof lags;
