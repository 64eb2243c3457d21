/**
 * Adam (Kingma and Ba 2015), in PyTorch's order of operations: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
 * θ ← θ − lr/(1−β₁ᵗ) · m/(sqrt(v)/sqrt(1−β₂ᵗ) + eps). With `weightDecay`, AdamW (Loshchilov and Hutter 2019):
 * θ ← θ − lr·weightDecay·θ before it. With `coupled`, Coupled Adam (Stollenwerk and Stollenwerk 2025, arXiv 2502.08441):
 * the second moment is that of the mean of g² over the vocabulary, one value for each dimension.
 */
import * as v from "valibot";
import { ADAM, COUPLED_ADAM } from "../kernel/constants.js";
import { fractionBelowOne, nonNegative, positive, trueOrFalse } from "../schema.js";
import type { Optimizer } from "./optimizer.js";

export interface Adam {
  kind: "adam";
  /** β₁. Default 0.9. */
  beta1: number;
  /** β₂. Default 0.999. */
  beta2: number;
  /** Added to the root of the second moment. Default 1e-8. */
  eps: number;
  /** Decoupled weight decay, as in AdamW, of all parameters. Default 0. */
  weightDecay: number;
  /** Coupled Adam: one second moment for all tokens. Default false. */
  coupled: boolean;
}

export interface AdamInput {
  kind: "adam";
  beta1?: number | undefined;
  beta2?: number | undefined;
  eps?: number | undefined;
  weightDecay?: number | undefined;
  coupled?: boolean | undefined;
}

export const adam: Optimizer<Adam> = {
  kind: "adam",
  code: ({ coupled }) => (coupled ? COUPLED_ADAM : ADAM),
  schema: () =>
    v.strictObject({
      kind: v.literal("adam"),
      beta1: v.optional(fractionBelowOne(), 0.9),
      beta2: v.optional(fractionBelowOne(), 0.999),
      eps: v.optional(positive(), 1e-8),
      weightDecay: v.optional(nonNegative(), 0),
      coupled: v.optional(trueOrFalse(), false),
    }),
  state: ({ coupled }) => ({ firstMoment: "parameter", secondMoment: coupled ? "row" : "parameter" }),
  degrees: { firstMoment: 1, secondMoment: 2 },
  factors: ({ beta1, beta2 }) => ({ beta1Power: beta1, beta2Power: beta2 }),
  scalars({ beta1, beta2, eps, weightDecay }, learningRate, running, out, at) {
    out[at] = learningRate / (1 - running.beta1Power);
    out[at + 1] = Math.sqrt(1 - running.beta2Power);
    out[at + 2] = beta1;
    out[at + 3] = beta2;
    out[at + 4] = eps;
    out[at + 5] = 1 - learningRate * weightDecay;
    // for those who compute in f32 alone, where 1 − β₂ would have lost a third of its digits
    out[at + 6] = 1 - beta1;
    out[at + 7] = 1 - beta2;
  },
  needsWholeGradient: ({ coupled }) => coupled,
  update(
    [stepSize, correction, beta1, beta2, eps, kept],
    { theta, gradient, state: { firstMoment, secondMoment }, columns },
  ) {
    const rows = theta.length / secondMoment.length;
    if (rows === 1 || secondMoment.length === theta.length)
      for (let i = 0; i < theta.length; i++)
        secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * gradient[i] * gradient[i];
    else
      for (let d = 0; d < columns; d++) {
        let squares = 0;
        for (let i = d; i < gradient.length; i += columns) squares += gradient[i] * gradient[i];
        secondMoment[d] = beta2 * secondMoment[d] + ((1 - beta2) * squares) / rows;
      }
    for (let i = 0; i < theta.length; i++) {
      firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * gradient[i];
      theta[i] =
        kept * theta[i] -
        (stepSize * firstMoment[i]) / (Math.sqrt(secondMoment[i % secondMoment.length]) / correction + eps);
    }
  },
};
