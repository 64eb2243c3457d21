/**
 * signSGD and, with momentum, Signum (Bernstein et al. 2018, arXiv 1802.04434): buf ← momentum·buf + g, θ ← θ −
 * lr·sign(buf). Magnitudes below 1e-30 count as 0, in the buffer too, so that no result depends on subnormal numbers,
 * which some machines flush to 0.
 */
import * as v from "valibot";
import { SIGN } from "../kernel/constants.js";
import { fractionBelowOne } from "../schema.js";
import type { Optimizer } from "./optimizer.js";

export interface Sign {
  kind: "sign";
  /** Default 0: signSGD. */
  momentum: number;
}

export interface SignInput {
  kind: "sign";
  momentum?: number | undefined;
}

const LEAST = 1e-30;

export const sign: Optimizer<Sign> = {
  kind: "sign",
  code: () => SIGN,
  schema: () =>
    v.strictObject({
      kind: v.literal("sign"),
      momentum: v.optional(fractionBelowOne(), 0),
    }),
  state: ({ momentum }): Record<string, "parameter"> => (momentum > 0 ? { momentum: "parameter" } : {}),
  degrees: { momentum: 1 },
  factors: () => ({}),
  scalars({ momentum }, learningRate, _, out, at) {
    out[at] = learningRate;
    out[at + 1] = momentum;
  },
  update([learningRate, factor], { theta, gradient, state: { momentum } }) {
    for (let i = 0; i < theta.length; i++) {
      let direction = gradient[i];
      if (momentum) direction += factor * momentum[i];
      if (Math.abs(direction) < LEAST) direction = 0;
      if (momentum) momentum[i] = direction;
      theta[i] -= learningRate * Math.sign(direction);
    }
  },
};
