/** β of excess loss ∝ step^−β in a window: the report's own rule, a run at a time, over its seeds as mean ± sd. */
import { lossDecayExponent } from "../../index.js";
import type { Replica } from "../state/lab.js";

/** Share of the variance that a line has to explain to be called one, as in the reports of sweeps. */
export const LEAST_R_SQUARED = 0.9;
/** Two have no scatter to judge a line by. */
const FEWEST_POINTS = 3;

export interface Line {
  exponent: number;
  rSquared: number;
  /** ln(excess loss) at step 1. */
  intercept: number;
}

/** The least-squares line of ln(excess loss) over ln(step); null with fewer than three evaluations above 0 in the window. */
export function lineOf(
  records: readonly { step: number; excessLoss: number | null }[],
  [from, to]: readonly [number, number],
): Line | null {
  const points = records.filter(
    ({ step, excessLoss }) =>
      step > 0 && step >= from && step <= to && Number(excessLoss) > 0 && Number.isFinite(excessLoss),
  );
  if (points.length < FEWEST_POINTS) return null;
  const { exponent, standardError } = lossDecayExponent(points, { from, to });
  // both in units of the scatter of ln(step)
  const explained = exponent * exponent;
  const residual = (points.length - 2) * Number(standardError) ** 2;
  const mean = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + Math.log(of(point)), 0) / points.length;
  const intercept = mean((point) => Number(point.excessLoss)) + exponent * mean(({ step }) => step);
  return { exponent, rSquared: explained === 0 ? 0 : explained / (explained + residual), intercept };
}

export interface Fit {
  /** What the legend says: "β 0.53", "β 0.53 ± 0.02", "no power law here". */
  text: string;
  /** Mean over the seeds, in the same terms; undefined where there is no power law. */
  line?: { exponent: number; intercept: number };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** All seeds have to lie along a line that falls, or none is said to. */
export function fitOf(replicas: readonly Pick<Replica, "records">[], window: readonly [number, number]): Fit {
  const lines = replicas.map(({ records }) => lineOf(records, window));
  const found = lines.filter((line) => line !== null);
  if (found.length < lines.length || found.length === 0) return { text: "too few evaluations for β" };
  if (found.some(({ exponent, rSquared }) => exponent <= 0 || rSquared < LEAST_R_SQUARED))
    return { text: "no power law here" };
  const exponents = found.map(({ exponent }) => exponent);
  const exponent = meanOf(exponents);
  const line = { exponent, intercept: meanOf(found.map(({ intercept }) => intercept)) };
  if (found.length === 1) return { text: `β ${exponent.toFixed(2)}`, line };
  const squares = exponents.reduce((sum, one) => sum + (one - exponent) ** 2, 0);
  const deviation = Math.sqrt(squares / (found.length - 1));
  return { text: `β ${exponent.toFixed(2)} ± ${deviation.toFixed(2)}`, line };
}

/** The last decade of so many steps. */
export const lastDecade = (steps: number): [number, number] => [Math.max(1, Math.round(steps / 10)), steps];

/** A window of whole steps from 1 to the last, its ends at least a fifth apart so that neither handle hides the other. */
export function windowWith(
  [from, to]: readonly [number, number],
  end: "from" | "to",
  step: number,
  last: number,
): [number, number] {
  const apart = 1.2;
  return end === "from"
    ? [Math.max(1, Math.min(Math.round(step), Math.floor(to / apart))), to]
    : [from, Math.min(last, Math.max(Math.round(step), Math.ceil(from * apart)))];
}
