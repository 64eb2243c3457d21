/**
 * Times several contenders turn by turn in one run, so that a slow minute of the machine is everybody's, and compares
 * them by medians: of a contender's turns, and of the ratios of two contenders within a turn. A contender is { name, seconds(steps) }: it does `steps` steps and says how many seconds they took.
 */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/**
 * ms a step of every contender: { name: { median, best, turns: [...] } }. A turn takes about `turnSeconds`. With `roof`
 * (roof.mjs) also { roofs: [...] }: the lower of its rates right before and right after each turn, which shows what the
 * machine's neighbours were doing.
 */
export async function paired(contenders, { turns = 7, turnSeconds = 0.4, roof } = {}) {
  const steps = new Map();
  for (const { name, seconds } of contenders) {
    // grow until a warm-up turn is long enough to be timed
    let count = 1;
    let took = await seconds(count);
    while (took < turnSeconds / 4 && count < 1e6) {
      count = Math.ceil(count * Math.min(8, Math.max(2, turnSeconds / 2 / Math.max(took, 1e-6))));
      took = await seconds(count);
    }
    steps.set(name, Math.max(1, Math.round((count * turnSeconds) / took)));
  }
  const times = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  const roofs = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let turn = 0; turn < turns; turn++)
    // every second turn backwards: nobody always comes after the same one
    for (const { name, seconds } of turn % 2 ? [...contenders].reverse() : contenders) {
      const count = steps.get(name);
      const before = roof?.();
      times[name].push((1000 * (await seconds(count))) / count);
      if (roof) roofs[name].push(Math.min(before, roof()));
    }
  const digits = (values, n) => values.map((x) => Number(x.toPrecision(n)));
  return Object.fromEntries(
    Object.entries(times).map(([name, ms]) => [
      name,
      {
        median: median(ms),
        best: Math.min(...ms),
        turns: digits(ms, 5),
        ...(roof && { roofs: digits(roofs[name], 3) }),
      },
    ]),
  );
}

/** How many times as long as `own` the other takes: the median over the turns, each of which has both side by side. */
export const ratio = (other, own) => median(other.turns.map((ms, turn) => ms / own.turns[turn]));
