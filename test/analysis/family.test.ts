/** Claims of a family: how statements make a verdict, and how often a family raises a false alarm. */
import { expect, test } from "vitest";
import { found, judgeFamily } from "../../src/analysis/family.js";
import { type Claim, judgeOrder } from "../../src/analysis/verdict.js";

const statement = (claim: string, holds: number, fails: number, quantity = "q"): Claim => ({
  ...judgeOrder({ experiment: "e", claim, quantity, whose: "ours" }, [0, 0], [1, 2]),
  verdict: fails <= 0.05 ? "fails" : holds <= 0.05 ? "holds" : "inconclusive",
  p: { holds, fails },
});
const verdicts = (...statements: Claim[]) =>
  judgeFamily(statements).map(({ claim, verdict }) => [claim, verdict]);

test("Holm: the smallest of n is held to 1/n of the level, the next to 1/(n − 1), until one does not pass", () => {
  expect(found([0.04])).toEqual([true]);
  expect(found([0.04, 0.02])).toEqual([true, true]);
  expect(found([0.04, 0.026])).toEqual([false, false]);
  // 0.016 ≤ 0.05/3; 0.03 > 0.05/2, and what follows is not looked at
  expect(found([0.04, 0.016, 0.03])).toEqual([false, true, false]);
  expect(found([])).toEqual([]);
});

test("a claim holds where all its statements do, and the weakest decides", () => {
  expect(verdicts(statement("a", 0.001, 1), statement("a", 0.04, 0.96))).toEqual([["a", "holds"]]);
  expect(verdicts(statement("a", 0.001, 1), statement("a", 0.06, 0.9))).toEqual([["a", "inconclusive"]]);
});

test("a claim fails where one of its statements does, which is corrected for their number", () => {
  expect(verdicts(statement("a", 0.001, 1), statement("a", 0.98, 0.02))).toEqual([["a", "fails"]]);
  expect(verdicts(statement("a", 0.001, 1), statement("a", 0.97, 0.03))).toEqual([["a", "inconclusive"]]);
});

test("what is alone settled may be open among others", () => {
  const alone = statement("a", 0.04, 0.96);
  expect(verdicts(alone)).toEqual([["a", "holds"]]);
  expect(verdicts(alone, statement("b", 0.5, 0.5))).toEqual([
    ["a", "inconclusive"],
    ["b", "inconclusive"],
  ]);
});

test("claims of two experiments are two, whatever they say; they keep their order", () => {
  const other = { ...statement("a", 0.001, 1), experiment: "f" };
  const judged = judgeFamily([statement("b", 0.001, 1), statement("a", 0.001, 1), other]);
  expect(judged.map(({ experiment, claim }) => [experiment, claim])).toEqual([
    ["e", "b"],
    ["e", "a"],
    ["f", "a"],
  ]);
});

test("the number that is shown is the first, or the one that decides against the claim", () => {
  const headline = (...statements: Claim[]) => judgeFamily(statements)[0].headline.quantity;
  expect(headline(statement("a", 0.001, 1, "first"), statement("a", 0.002, 1, "second"))).toBe("first");
  expect(headline(statement("a", 0.001, 1, "first"), statement("a", 1, 0.001, "against"))).toBe("against");
  expect(headline(statement("a", 0.001, 1, "first"), statement("a", 0.3, 0.7, "open"))).toBe("open");
});

test("nothing true, a family raises an alarm in one of twenty reports at most", () => {
  let state = 7;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const seeds = () => Array.from({ length: 5 }, normal);
  const zeros = [0, 0, 0, 0, 0];
  let alarms = 0;
  const reports = 1000;
  for (let i = 0; i < reports; i++) {
    const claims = Array.from({ length: 10 }, (_, k) =>
      judgeOrder({ experiment: "e", claim: `${k}`, quantity: "q", whose: "ours" }, zeros, seeds()),
    );
    if (judgeFamily(claims).some(({ verdict }) => verdict === "holds")) alarms++;
  }
  // 50 are expected, with a deviation of 7
  expect(alarms).toBeLessThan(75);
  expect(alarms).toBeGreaterThan(25);
});
