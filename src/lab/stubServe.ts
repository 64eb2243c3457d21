export const serveRuns = (_: unknown) => import("../browser/worker.js");
