import type { Adam } from "../../optimizer/adam.js";

/** β^t by repeated squaring: t is a whole number, so no logarithm is needed. */
function wholePower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/**
 * One Adam update of one array, in place (Kingma and Ba 2015, in PyTorch's order of operations):
 * m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², θ ← θ - lr/(1-β₁ᵗ) · m/(sqrt(v)/sqrt(1-β₂ᵗ) + eps).
 * @param theta parameters; `gradient`, `firstMoment` m and `secondMoment` v have its length
 * @param step t, from 1 for the first update
 */
export function adamUpdate(
  theta: Float64Array,
  gradient: Float64Array,
  firstMoment: Float64Array,
  secondMoment: Float64Array,
  step: number,
  learningRate: number,
  { beta1, beta2, eps }: Pick<Adam, "beta1" | "beta2" | "eps">,
): void {
  const stepSize = learningRate / (1 - wholePower(beta1, step));
  const correction = Math.sqrt(1 - wholePower(beta2, step));
  for (let i = 0; i < theta.length; i++) {
    const g = gradient[i];
    firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * g;
    secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * g * g;
    theta[i] -= (stepSize * firstMoment[i]) / (Math.sqrt(secondMoment[i]) / correction + eps);
  }
}
