/** Bytes a run may hold when its caller names no limit; the builds for edge runtimes have a smaller one (build.mjs). */
export const defaultMemoryLimit = Number.POSITIVE_INFINITY;
