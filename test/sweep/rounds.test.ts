import { expect, test } from "vitest";
import { Rounds } from "../../src/sweep/rounds.js";

/** Whether a promise, or nothing, has resolved by now. */
async function isOver(waited: void | Promise<void>): Promise<boolean> {
  let over = waited === undefined;
  void waited?.then(() => {
    over = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return over;
}

test("a run by itself: at its time, and no more than a tenth of it", () => {
  const run = new Rounds(100).join(1000);
  expect([run.due(1050), run.due(1100), run.due(1101)]).toEqual([false, false, true]);
  expect(run.kept(1104)).toBeUndefined();
  expect([run.due(1200), run.due(1205)]).toEqual([false, true]);
  // it took 30 of them
  run.kept(1235);
  expect([run.due(1500), run.due(1536)]).toEqual([false, true]);
});

test("runs of a group all at one time, and none goes on before the last is kept or at its end", async () => {
  const rounds = new Rounds(100);
  const [a, b, c] = [0, 5, 10].map((from) => rounds.join(from));
  expect([a.due(99), c.due(100), b.due(101), a.due(102)]).toEqual([false, false, true, true]);
  const [first, second] = [a.kept(103), b.kept(104)];
  // once a round
  expect(a.due(105)).toBe(false);
  expect([await isOver(first), await isOver(second)]).toEqual([false, false]);
  expect(c.due(110)).toBe(true);
  expect(c.kept(111)).toBeUndefined();
  expect([await isOver(first), await isOver(second)]).toEqual([true, true]);
  expect([a.due(211), a.due(212)]).toEqual([false, true]);
  const waited = a.kept(213);
  b.leave(214);
  expect(await isOver(waited)).toBe(false);
  c.leave(215);
  expect(await isOver(waited)).toBe(true);
});
