/** Calls in line: each begins when the one before it has ended, however it ended. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // whoever made the call hears of its failure, the next in line does not
    this.#last = result.catch(() => {});
    return result;
  }
}
