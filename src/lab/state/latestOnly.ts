/** Work of which one is under way at a time: of what is asked meanwhile only the latest is done. */
export function latestOnly<T>(work: (asked: T) => Promise<void>): (asked: T) => void {
  let next: { asked: T } | undefined;
  let isBusy = false;
  return async (asked) => {
    next = { asked };
    if (isBusy) return;
    isBusy = true;
    try {
      while (next) {
        const { asked: one } = next;
        next = undefined;
        await work(one);
      }
    } finally {
      isBusy = false;
    }
  };
}
