/**
 * Mean and standard error of weighted values in one pass (Welford 1962; with counts, West 1979). Equal values have a mean
 * that is theirs to the last bit, and a standard error of 0.
 */
export class RunningMean {
  mean = 0;
  #count = 0;
  #squares = 0;

  add(value: number, count: number): void {
    this.#count += count;
    const delta = value - this.mean;
    this.mean += (delta * count) / this.#count;
    this.#squares += count * delta * (value - this.mean);
  }

  /** sqrt(sample variance / n), n - 1 in the variance. */
  get standardError(): number {
    return Math.sqrt(this.#squares / (this.#count - 1) / this.#count);
  }
}
