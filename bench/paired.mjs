/**
 * Times two contenders turn by turn in one run, so that a slow minute of the machine is both's, and compares them by the
 * median over the turns of the ratio within a turn. A contender is { name, seconds(steps) }: it does `steps` steps and
 * says how many seconds they took.
 */
import { setTimeout as sleep } from "node:timers/promises";

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** A neighbour on the machine takes less than a tenth of the roof. */
const UNDISTURBED = 0.9;
/** ms after which a contender's own threads are at rest: OpenBLAS's spin for 2²⁶ cycles when their work is done. */
const REST = 50;

/** Steps that take about `turnSeconds`. */
async function stepsOfTurn({ seconds }, turnSeconds) {
  // grow until a warm-up turn is long enough to be timed
  let count = 1;
  let took = await seconds(count);
  while (took < turnSeconds / 4 && count < 1e6) {
    count = Math.ceil(count * Math.min(8, Math.max(2, turnSeconds / 2 / Math.max(took, 1e-6))));
    took = await seconds(count);
  }
  return Math.max(1, Math.round((count * turnSeconds) / took));
}

/**
 * Turns of { own, other }, in ms a step. Without `roof`, `turns` of them. With one (roof.mjs) a turn also has { roof }, the
 * lowest of the rates right before and right after each of the two, and turns go on until `turns` of them were undisturbed
 * or `patience` seconds are over; a turn waits up to a second for a quiet moment. What decides is the roof alone, never what
 * the contenders took, and the disturbed turns are kept too. Turns of an earlier run of the same pair come as `before`.
 */
export async function paired(
  own,
  other,
  { turns = 15, turnSeconds = 0.25, roof, patience = 60, before = [] } = {},
) {
  const done = [...before];
  const goesOn = () => (roof ? undisturbed(done, roof.best()) : done).length < turns;
  if (!goesOn()) return done;
  const contenders = [];
  for (const [side, contender] of Object.entries({ own, other }))
    contenders.push({ side, ...contender, steps: await stepsOfTurn(contender, turnSeconds) });
  const from = performance.now();
  const isQuiet = async () => (await roof.rate()) >= UNDISTURBED * roof.best();
  while (goesOn() && !(roof && performance.now() - from > 1000 * patience)) {
    if (roof) for (let wait = 0; wait < 10 && !(await isQuiet()); wait++) await sleep(100);
    const turn = roof ? { roof: Number.POSITIVE_INFINITY } : {};
    const look = async () => {
      if (roof) turn.roof = Math.min(turn.roof, await roof.rate());
    };
    // every second turn backwards: nobody always comes after the same one
    for (const { side, seconds, steps } of done.length % 2 ? [...contenders].reverse() : contenders) {
      await look();
      turn[side] = (1000 * (await seconds(steps))) / steps;
      await sleep(REST);
      await look();
    }
    done.push(turn);
  }
  return done;
}

/** The turns beside which the roof stood near its best. */
export const undisturbed = (turns, bestRoof) => turns.filter(({ roof }) => roof >= UNDISTURBED * bestRoof);

/** How many times as long as `own` the other takes. */
export const ratio = (turns) => median(turns.map(({ own, other }) => other / own));
