/** Rooms whose tests are tested, and the tests that run in this process: no command line, no pool, no child. */
export const rooms = {
  formats: ["test/formats/hostile.test.ts"],
  observables: ["test/observables/*.test.ts"],
  training: ["test/training/*.test.ts"],
  experiments: ["test/experiments/*.test.ts"],
  sweep: ["test/sweep/*.test.ts"],
};
