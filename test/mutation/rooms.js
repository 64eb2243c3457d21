/**
 * Rooms whose tests are tested: the tests that run in this process within seconds (no command line, no pool that is
 * killed, no crew of threads), and kinds of faults that mean nothing there.
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
    tests: among(
      "experiments",
      "experiments",
      "claims",
      "figures",
      "panel",
      "series",
      "statistics",
      "verdict",
    ),
    without: ["StringLiteral"],
  },
  sweep: { tests: among("sweep", "describe", "journal", "pool") },
};
