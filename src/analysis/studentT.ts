/** Student's t: the tail beyond a value, and the value that a tail lies beyond. */

/**
 * P(T > t) for a whole number of degrees of freedom, by the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4. Where these
 * cancel (a tail below about 1e-6) it is good to 1e-12 in absolute terms.
 */
export function upperTail(t: number, df: number): number {
  if (t < 0) return 1 - upperTail(-t, df);
  if (t === Infinity) return 0;
  const angle = Math.atan(t / Math.sqrt(df));
  const sine = t / Math.sqrt(df + t * t);
  const cosineSquared = df / (df + t * t);
  const isOdd = df % 2 === 1;
  let term = isOdd ? sine * Math.sqrt(cosineSquared) : sine;
  let sum = df === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k < df; k += 2) {
    term *= (cosineSquared * (k - 1)) / k;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sum) : sum;
  return Math.max(0, (1 - within) / 2);
}

const known = new Map<string, number>();

/** The t with P(T > t) = tail, 0 < tail ≤ ½, by bisection to the last bits. */
export function beyond(tail: number, df: number): number {
  const key = `${tail} ${df}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  let [low, high] = [0, 1];
  while (upperTail(high, df) > tail) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle, df) > tail) low = middle;
    else high = middle;
  }
  known.set(key, high);
  return high;
}
