/**
 * Stochastic gradient descent as PyTorch's: g ← g + weightDecay·θ; buf ← momentum·buf + g; θ ← θ − lr·buf, with `nesterov`
 * θ ← θ − lr·(g + momentum·buf). Without momentum there is no buffer: θ ← θ − lr·g.
 */
import * as v from "valibot";
import { SGD } from "../kernel/constants.js";
import { fractionBelowOne, nonNegative, trueOrFalse } from "../schema.js";
import type { Optimizer } from "./optimizer.js";

export interface Sgd {
  kind: "sgd";
  /** Default 0. */
  momentum: number;
  /** Nesterov's momentum, which needs a momentum above 0. Default false. */
  nesterov: boolean;
  /** Added to the gradient as weightDecay·θ, of all parameters. Default 0. */
  weightDecay: number;
}

export interface SgdInput {
  kind: "sgd";
  momentum?: number | undefined;
  nesterov?: boolean | undefined;
  weightDecay?: number | undefined;
}

export const sgd: Optimizer<Sgd> = {
  kind: "sgd",
  code: () => SGD,
  schema: () =>
    v.pipe(
      v.strictObject({
        kind: v.literal("sgd"),
        momentum: v.optional(fractionBelowOne(), 0),
        nesterov: v.optional(trueOrFalse(), false),
        weightDecay: v.optional(nonNegative(), 0),
      }),
      v.check(
        ({ momentum, nesterov }) => !nesterov || momentum > 0,
        "expected a momentum above 0 with nesterov, got 0",
      ),
    ),
  state: ({ momentum }): Record<string, "parameter"> => (momentum > 0 ? { momentum: "parameter" } : {}),
  degrees: { momentum: 1 },
  factors: () => ({}),
  scalars({ momentum, nesterov, weightDecay }, learningRate, _, out, at) {
    out[at] = learningRate;
    out[at + 1] = momentum;
    out[at + 2] = nesterov ? 1 : 0;
    out[at + 3] = weightDecay;
  },
  update([learningRate, factor, nesterov, weightDecay], { theta, gradient, state: { momentum } }) {
    for (let i = 0; i < theta.length; i++) {
      const g = gradient[i] + weightDecay * theta[i];
      if (momentum) momentum[i] = factor * momentum[i] + g;
      const direction = momentum ? (nesterov ? g + factor * momentum[i] : momentum[i]) : g;
      theta[i] -= learningRate * direction;
    }
  },
};
