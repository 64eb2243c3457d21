/**
 * Rooms whose tests are tested: the tests that run in this process within seconds (no command line, no pool that is
 * killed, no crew of threads), kinds of faults that mean nothing there, and files that only such other tests can judge.
 */
const among = (room, ...names) => names.map((name) => `test/${room}/${name}.test.ts`);

export const rooms = {
  formats: { tests: among("formats", "*") },
  observables: { tests: among("observables", "*") },
  training: {
    tests: among("training", "trainer", "snapshot", "schedule", "slices", "calls", "records"),
  },
  // most of its texts are labels and prose; against PyTorch 128 runs are trained, which takes a minute
  experiments: {
    tests: among("experiments", "experiments", "claims", "figures"),
    without: ["StringLiteral"],
  },
  analysis: { tests: among("analysis", "*"), without: ["StringLiteral"] },
  figures: { tests: among("figures", "*"), without: ["StringLiteral"] },
  sweep: {
    tests: among(
      "sweep",
      "describe",
      "where",
      "groups",
      "cost",
      "limits",
      "machine",
      "trouble",
      "journalLine",
      "journalFile",
      "lock",
      "checkpoint",
      "mergeFiles",
      "worker",
      "poolOrder",
    ),
    // it starts and loses real threads, of which test/sweep/weakMachine and killed have the tests
    elsewhere: ["thread"],
  },
};
