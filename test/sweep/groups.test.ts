import { expect, test } from "vitest";
import { compareValues, groupBy } from "../../src/sweep/groups.js";
import { runOf } from "../experiments/syntheticRuns.js";

const run = (input: object) => runOf({ vocabSize: 5, steps: 10, ...input }, { excess: () => 1 });

test("groups come in the order of the axes' values, their runs sorted by seed and then by name", async () => {
  const runs = [
    run({ learningRate: 0.1, embeddingDim: 3, seed: 1 }),
    run({ learningRate: 0.01, embeddingDim: 3, seed: 2 }),
    run({ learningRate: 0.1, embeddingDim: 2, seed: 0 }),
    run({ learningRate: 0.1, embeddingDim: 3, seed: 0 }),
    run({ learningRate: 0.01, embeddingDim: 10, seed: 2 }),
    run({ learningRate: 0.01, embeddingDim: 3, seed: 0 }),
  ];
  const groups = await groupBy(runs, "learningRate", "embeddingDim");
  expect(groups.map(({ values, runs }) => [values, runs.map(({ config }) => config.seed)])).toEqual([
    [{ learningRate: 0.01, embeddingDim: 3 }, [0, 2]],
    [{ learningRate: 0.01, embeddingDim: 10 }, [2]],
    [{ learningRate: 0.1, embeddingDim: 2 }, [0]],
    [{ learningRate: 0.1, embeddingDim: 3 }, [0, 1]],
  ]);
  // of one seed by name, whatever order they come in
  const alike = [2, 3, 4, 5, 6].map((embeddingDim) => run({ embeddingDim }));
  const names = alike.map(({ run }) => run).sort();
  for (const order of [alike, alike.toReversed()]) {
    const [group] = await groupBy(order, "learningRate");
    expect(group.runs.map(({ run }) => run)).toEqual(names);
  }
  const [all, ...none] = await groupBy(runs);
  expect([all.values, all.runs.length, none]).toEqual([{}, 6, []]);
});

test("numbers come by size, then everything else by its JSON", () => {
  const values = ["b", undefined, { kind: "zipf" }, 10, "a", 9, null, -1];
  const sorted = [undefined, "a", "b", null, { kind: "zipf" }];
  expect([...values].sort(compareValues)).toEqual([-1, 9, 10, "a", "b", null, { kind: "zipf" }, undefined]);
  // sort() itself puts what is undefined last
  for (const [i, a] of [-1, 9, 10, ...sorted].entries())
    for (const [j, b] of [-1, 9, 10, ...sorted].entries())
      expect(Math.sign(compareValues(a, b)), `${i} ${j}`).toBe(Math.sign(i - j));
});
