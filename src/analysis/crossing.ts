/** When a curve first falls below a level. */
/** An evaluation, or a mean over some. */
interface Point {
  step: number;
  /** That of a divergence has no values. */
  diverged?: boolean;
}

/**
 * The first step at which a curve falls below a level, by linear interpolation between the evaluations on both sides of it:
 * a number that need not be whole. The curve's first evaluation where it is below from the start; null when it never is.
 * @param records in ascending steps
 * @param height the curve minus the level; null at evaluations without it, which are passed over
 */
export function crossingStep<Evaluation extends Point>(
  records: readonly Evaluation[],
  height: (record: Evaluation) => number | null,
): number | null {
  let before: { step: number; above: number } | null = null;
  for (const record of records) {
    const above = record.diverged ? null : height(record);
    if (above === null || !Number.isFinite(above)) continue;
    const { step } = record;
    if (above < 0)
      return before ? before.step + ((step - before.step) * before.above) / (before.above - above) : step;
    before = { step, above };
  }
  return null;
}
