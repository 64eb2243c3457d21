import { checkObject } from "../checks.js";
import { ConfigError, show } from "../config.js";
import { log } from "../math/elementary.js";

export interface LossDecay {
  /** β of L - L_min ∝ t^-β: positive when the loss falls. */
  exponent: number;
  /** Of the slope, from the scatter about the line; null when two points leave no scatter. */
  standardError: number | null;
  /** Evaluations used. */
  points: number;
}

/**
 * The loss decay exponent β of excess loss ∝ step^-β, minus the slope of ln(excess loss) over ln(step). "two-point"
 * joins the first and the last evaluation of the window, as Ziming Liu's post "Unigram toy model is surprisingly rich"
 * (2026) does; "least-squares", the default, fits all of them with equal weight. Consecutive evaluations of one run
 * share their past, so an honest interval comes from several seeds rather than from `standardError`.
 * @param records evaluations, any order; those whose excess loss was not measured (null) are left out
 * @param options.from first step of the window, inclusive; step 0 has no logarithm and is left out
 * @param options.to last step of the window, inclusive
 * @throws ConfigError for a window of fewer than two steps or with an excess loss that is not above 0
 */
export function lossDecayExponent(
  records: readonly { step: number; excessLoss: number | null }[],
  options: { from: number; to: number; method?: "two-point" | "least-squares" },
): LossDecay {
  if (!Array.isArray(records))
    throw new ConfigError(`records: expected a list of records, got ${show(records)}`);
  checkObject(options);
  const { from, to, method = "least-squares" } = options;
  if (method !== "two-point" && method !== "least-squares")
    throw new ConfigError(`method: expected "two-point" or "least-squares", got ${String(method)}`);
  const measured = records
    .flatMap(({ step, excessLoss }) => (excessLoss === null ? [] : [{ step, excessLoss }]))
    .filter(({ step }) => step > 0 && step >= from && step <= to)
    .sort((a, b) => a.step - b.step);
  for (const { step, excessLoss } of measured) {
    if (!(excessLoss > 0 && Number.isFinite(excessLoss)))
      throw new ConfigError(`excessLoss: expected a number above 0 at step ${step}, got ${excessLoss}`);
  }
  if (measured.length < 2 || measured[0].step === measured[measured.length - 1].step)
    throw new ConfigError(
      `from, to: expected a window with at least two evaluated steps, got ${measured.length} evaluations from step ${from} to ${to}`,
    );

  const points = method === "two-point" ? [measured[0], measured[measured.length - 1]] : measured;
  const n = points.length;
  const x = points.map(({ step }) => log(step));
  const y = points.map(({ excessLoss }) => log(excessLoss));
  const meanX = x.reduce((sum, value) => sum + value, 0) / n;
  const meanY = y.reduce((sum, value) => sum + value, 0) / n;
  const sxx = x.reduce((sum, value) => sum + (value - meanX) * (value - meanX), 0);
  const sxy = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i] - meanY), 0);
  const slope = sxy / sxx;
  const residual = x.reduce((sum, value, i) => {
    const miss = y[i] - meanY - slope * (value - meanX);
    return sum + miss * miss;
  }, 0);
  return {
    exponent: -slope,
    standardError: n > 2 ? Math.sqrt(residual / (n - 2) / sxx) : null,
    points: n,
  };
}
