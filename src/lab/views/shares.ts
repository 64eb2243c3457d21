/** A spectrum as shares of its sum. */

/** What is within rounding of zero is zero, as it is for the observables. */
export function sharesOf(eigenvalues: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(eigenvalues).sort().reverse();
  const rounding = values.length * 2.220446049250313e-16 * values[0];
  const kept = values.map((value) => (value <= rounding ? 0 : value));
  const sum = kept.reduce((total, value) => total + value, 0);
  return sum > 0 ? kept.map((value) => value / sum) : kept;
}

/** exp of the shares' entropy: how many dimensions they fill; 1 where all are zero. */
export const dimensionsOf = (shares: Float64Array): number =>
  Math.exp(shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0));

/** The least of 1, 0.5, 0.2, 0.1, … that is not below a share: an axis that seldom moves. */
export function roundAbove(share: number): number {
  for (let decade = 1; ; decade /= 10)
    for (const digit of [0.2, 0.5, 1])
      if (decade / 10 < share && digit * decade >= share) return Number((digit * decade).toPrecision(1));
}
