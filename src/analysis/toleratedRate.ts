/** The largest learning rate that a setting tolerates, of runs that differ in their rate alone. */
import { exp, log } from "../math/elementary.js";

/** How a run at this rate ended: its excess loss in nats, null when it diverged. */
export interface End {
  rate: number;
  excess: number | null;
}

/**
 * The rate at which the final loss leaves `best + margin`, going up from the best rate: a rate is tolerated when no rate
 * between it and the best one diverges or ends higher. Between the last rate that is tolerated and the next, the place is
 * found by linear interpolation of ln(excess) in ln(rate), and is the geometric mean of both rates where the next one
 * diverged. The highest rate where all from the best on are tolerated, which is a lower bound then; null where all
 * diverged.
 * @param ends in ascending rates
 * @param margin in nats
 */
export function toleratedRate(ends: readonly End[], margin: number): number | null {
  const best = bestEnd(ends);
  if (!best) return null;
  const level = best.excess + margin;
  let last = best;
  for (const { rate, excess } of ends) {
    if (rate <= best.rate) continue;
    if (excess === null) return Math.sqrt(last.rate * rate);
    if (excess > level) return crossing(last, { rate, excess }, level);
    last = { rate, excess };
  }
  return last.rate;
}

/** The run with the least excess loss; undefined where all diverged. */
export function bestEnd(ends: readonly End[]): { rate: number; excess: number } | undefined {
  let best: { rate: number; excess: number } | undefined;
  for (const { rate, excess } of ends)
    if (excess !== null && (!best || excess < best.excess)) best = { rate, excess };
  return best;
}

type Point = { rate: number; excess: number };

function crossing(below: Point, above: Point, level: number): number {
  // logarithms need losses above 0; an evaluation at the floor may round to below it
  const height = ({ excess }: Point) => log(Math.max(excess, Number.MIN_VALUE));
  const share = (log(level) - height(below)) / (height(above) - height(below));
  return below.rate * exp(share * log(above.rate / below.rate));
}
