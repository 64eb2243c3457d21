/** Threads that a run can have at most. */
export const MOST_THREADS = 255;
