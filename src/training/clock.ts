/** Time and turns between slices of work, in runtimes that differ in both. */

/** Lets timers and messages in; by a timer, which costs a millisecond, only where nothing quicker is to be had. */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

/**
 * The clock, later than `before`. Some runtimes hold it still while one computes (workerd) and move it with their timers.
 * @throws Error where not even that moves it
 */
export async function clockAfter(before: number): Promise<number> {
  for (let wait = 0; wait < 3; wait++) {
    const now = performance.now();
    if (now > before) return now;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  const now = performance.now();
  if (now > before) return now;
  throw new Error("the clock of this runtime stands still: use advance(count)");
}
