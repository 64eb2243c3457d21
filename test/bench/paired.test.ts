import { expect, test } from "vitest";

// plain JavaScript, run by node as it is
const { paired, ratio, undisturbed } = await import(new URL("../../bench/paired.mjs", import.meta.url).href);

/** A machine of 40 GFLOP/s whose neighbour takes half of it within every second turn, while `own` works. */
function machine() {
  let calls = 0;
  const isBusy = () => calls % 4 === 1;
  const takes = (quiet: number, beside: number) => async (steps: number) => {
    const took = steps * (isBusy() ? beside : quiet);
    calls++;
    return took;
  };
  return {
    own: { name: "own", seconds: takes(1, 2) },
    other: { name: "other", seconds: takes(3, 4) },
    roof: { best: () => 40, rate: async () => (isBusy() ? 20 : 39) },
  };
}

test("a turn counts as undisturbed by the roof beside it, and all turns are kept", async () => {
  const { own, other, roof } = machine();
  const turns = await paired(own, other, { turns: 3, turnSeconds: 1, roof });
  expect(turns.map((turn: { roof: number }) => turn.roof)).toEqual([39, 20, 39, 20, 39]);
  expect(undisturbed(turns, 40)).toHaveLength(3);
  expect(ratio(undisturbed(turns, 40))).toBe(3);
  expect(ratio([turns[1], turns[3]])).toBe(1.5);
});

test("without a quiet moment a pair ends with its patience", async () => {
  const { own, other } = machine();
  const roof = { best: () => 40, rate: async () => 20 };
  const turns = await paired(own, other, { turns: 3, turnSeconds: 1, roof, patience: 1 });
  expect(undisturbed(turns, 40)).toHaveLength(0);
  expect(turns.length).toBeGreaterThan(0);
});
