/** A followed directory: its rows, its filter, and what is asked of the server when. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig, type RunConfigInput } from "../../src/config.js";
import { cellText, spreadText } from "../../src/lab/directory/cellText.js";
import { conditionText, filterOf, toggled } from "../../src/lab/directory/conditions.js";
import { follow, withNews } from "../../src/lab/directory/follow.js";
import { standingText } from "../../src/lab/directory/index.js";
import { recordedRun } from "../../src/lab/directory/recorded.js";
import {
  cellOf,
  endText,
  groupsOf,
  type Row,
  rowOf,
  spreadOf,
  variedPaths,
} from "../../src/lab/directory/rows.js";
import type { DirectoryNews, FollowedRun } from "../../src/sweep/directoryNews.js";

const finished = (run: string, input: RunConfigInput, excessLoss: number | null = 0.5): FollowedRun => ({
  run,
  config: parseConfig(input),
  bitsRevision: 2,
  records: [
    { step: 0 } as never,
    { step: 3000, excessLoss, learningRate: 0.25, diverged: excessLoss === null } as never,
  ],
  divergedAt: excessLoss === null ? 7 : null,
});
const rowsOf = (...runs: FollowedRun[]): Row[] => runs.map((one) => rowOf({ finished: one }));
const news = (part: Partial<DirectoryNews>): DirectoryNews => ({
  ...{ directory: "d", cursor: "1-1-10", anew: false, runs: [], failed: [], more: false, damaged: 0 },
  ...{ writing: true, total: 4, running: [], secondsLeft: null, notices: [] },
  ...part,
});

describe("rows", () => {
  const rows = rowsOf(
    finished("a", { vocabSize: 10, learningRate: 0.1, seed: 1 }, 0.2),
    finished("b", { vocabSize: 10, learningRate: 0.1, seed: 0 }, 0.4),
    finished(
      "c",
      {
        vocabSize: 20,
        learningRate: { kind: "cosine", from: 1, to: 0, end: 10 },
        optimizer: { kind: "sgd" },
      },
      null,
    ),
  );

  test("a group is the seeds of one config, in their order", () => {
    const groups = groupsOf(rows);
    expect(groups.map((group) => group.rows.map(({ run }) => run))).toEqual([["b", "a"], ["c"]]);
    expect(spreadOf(groups[0], "excessLoss")?.mean).toBeCloseTo(0.3, 12);
    // as best prints it
    expect(spreadText(spreadOf(groups[0], "excessLoss"))).toBe("0.3 ± 0.14");
    expect(spreadText(spreadOf({ key: "", rows: [rows[0]] }, "excessLoss"))).toBe("0.2");
    expect(spreadText(spreadOf(groups[1], "excessLoss"))).toBe("");
    const failed = rowOf({
      failed: { run: "d", config: parseConfig({ vocabSize: 20 }), error: "no memory" },
    });
    expect(endText({ key: "", rows: [...groups[1].rows, failed] })).toBe("1 finished, 1 diverged, 1 failed");
  });

  test("columns are what differs, but for the seed; the config's rate stays, not that of the evaluation", () => {
    const paths = variedPaths(rows);
    expect(paths).toEqual(
      expect.arrayContaining(["vocabSize", "learningRate", "learningRate.kind", "optimizer.kind"]),
    );
    expect(paths).not.toContain("seed");
    expect(paths).not.toContain("excessLoss");
    expect(paths).not.toContain("batchSize");
    expect(cellOf(rows[0], "learningRate")).toBe(0.1);
    // a row says something also where no two differ
    expect(variedPaths(rows.slice(0, 1))).toEqual(["vocabSize", "embeddingDim"]);
  });

  test("the charts get the finished seeds", () => {
    const [both, diverged] = groupsOf(rows).map(recordedRun);
    expect(both?.replicas.map(({ config }) => config.seed)).toEqual([0, 1]);
    expect(both?.replicas[0]).toMatchObject({ status: "ended", step: 3000 });
    expect(diverged?.replicas[0].status).toBe("diverged");
    const failed = rowOf({ failed: { run: "d", config: parseConfig({}), error: "no memory" } });
    expect(recordedRun({ key: "", rows: [failed] })).toBeUndefined();
  });
});

describe("the filter", () => {
  const rows = rowsOf(
    finished("a", {
      vocabSize: 10,
      embeddingDim: 20,
      learningRate: 0.1,
      distribution: { kind: "zipf", exponent: 1 },
    }),
    finished("b", { vocabSize: 100, embeddingDim: 20, optimizer: { kind: "sgd" }, tied: false }, null),
  );
  const paths = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
  const met = (line: string) => {
    const filter = filterOf(line, paths);
    return typeof filter === "string"
      ? filter
      : rows
          .filter(filter)
          .map(({ run }) => run)
          .join("");
  };

  test.each([
    ["", "ab"],
    ["vocabSize=10", "a"],
    ["vocab-size = 10", "a"],
    ["vocabSize!=10", "b"],
    ["vocabSize<100", "a"],
    ["vocabSize<=100", "ab"],
    ["vocabSize>10", "b"],
    ["vocabSize>=10", "ab"],
    ["lr=0.1", "a"],
    ["exponent=1", "ab"],
    ["optimizer=sgd", "b"],
    ["tied=false", "b"],
    ["diverged=true", "b"],
    // a number that there is not meets nothing
    ["excessLoss<1", "a"],
    ["excessLoss!=1", "ab"],
    ["embeddingDim<vocabSize", "b"],
    ["vocabSize>=10 diverged=false", "a"],
    ["vocabSize>=10, diverged=false", "a"],
    ["vocabSize>=10 and diverged=false", "a"],
    ["beta1=0.9", "a"],
    ["optimizer<sgd", ""],
    ["vocabsize=10", "filter: no run has a field vocabsize"],
    ["kind=zipf", "filter: no run has a field kind"],
    ["vocabSize", "filter: expected FIELD<VALUE with <, <=, =, !=, >= or >, got vocabSize"],
    ["vocabSize=10 or", "filter: expected FIELD<VALUE with <, <=, =, !=, >= or >, got or"],
  ])("%s", (line, expected) => {
    expect(met(line)).toBe(expected);
  });

  test.each([
    ["V=10", "a"],
    ["D<V", "b"],
    ["α=1", "ab"],
    ["lr=0.1", "a"],
    ["excess loss<1", "a"],
    ["excess loss (nats)<1 and V=10", "a"],
    ["learning rate=0.1, V=10", "a"],
    ["n_eff<1", "filter: no run has a field n_eff"],
  ])("takes the names of the page: %s", (line, expected) => {
    expect(met(line)).toBe(expected);
  });

  test("a number is as it is shown, or as it is to the digits that are typed", () => {
    const rates = [0.01, 0.0133, 0.0316227766017, 0.00005 + 1e-10];
    const some = rowsOf(
      ...rates.map((learningRate, i) => finished(`${i}`, { learningRate, vocabSize: 12345 })),
    );
    const of = (line: string) => {
      const filter = filterOf(line, ["learningRate", "vocabSize"]);
      return typeof filter === "string"
        ? filter
        : some
            .filter(filter)
            .map(({ run }) => run)
            .join("");
    };
    for (const [i, rate] of rates.entries()) {
      expect(of(`lr=${cellText(rate)}`)).toBe(`${i}`);
      expect(of(conditionText("learningRate", rate))).toBe(`${i}`);
    }
    expect(of("lr=0.03162278")).toBe("2");
    expect(of("lr=0.03162279")).toBe("");
    expect(of("lr=5e−5")).toBe("3");
    expect(of("lr!=0.03162")).toBe("013");
    expect(of("lr<=0.03162")).toBe("0123");
    expect(of("lr<0.03162")).toBe("013");
    expect(of("lr>0.03162")).toBe("");
    // whole numbers are shown whole, and are themselves
    expect(cellText(12345)).toBe("12345");
    expect(of("V=12345")).toBe("0123");
    expect(of("V=1.234e4")).toBe("");
  });

  test("a value of the table is a condition more, and pressed again one less", () => {
    const one = toggled("", conditionText("optimizer.kind", "sgd"));
    expect(one).toBe("optimizer=sgd");
    const two = toggled(one, conditionText("vocabSize", 10));
    expect(two).toBe("optimizer=sgd vocabSize=10");
    expect(met(two)).toBe("");
    expect(toggled(two, "optimizer=sgd")).toBe("vocabSize=10");
    const list = conditionText("evaluateAt", "[1, 2]");
    expect(toggled(toggled("lr=0.1", list), list)).toBe("lr=0.1");
  });
});

test("news: a failure counts until there is a result, the first result stays, and a new journal begins anew", () => {
  const config = parseConfig({});
  const failed = { run: "a", config, error: "no memory" };
  let rows = withNews(new Map(), news({ failed: [failed] }));
  expect(rows.get("a")?.failed?.error).toBe("no memory");
  rows = withNews(rows, news({ runs: [finished("a", {}, 0.1), finished("a", {}, 0.2)], failed: [failed] }));
  expect(cellOf(rows.get("a") as Row, "excessLoss")).toBe(0.1);
  expect(rows.get("a")?.failed).toBeUndefined();
  rows = withNews(rows, news({ failed: [failed], runs: [finished("b", {})] }));
  expect(rows.get("a")?.finished).toBeDefined();
  expect([...withNews(rows, news({ anew: true, runs: [finished("c", {})] })).keys()]).toEqual(["c"]);
});

test("how it stands, in a line", () => {
  const { runs, failed, cursor, anew, ...standing } = news({ secondsLeft: 12.3 });
  expect(standingText(standing, 1, 0)).toBe("1 of 4 runs finished; a process is running, 13 s left");
  const still = { ...standing, writing: false };
  expect(standingText(still, 2, 1)).toBe(
    "2 of 4 runs finished, 1 failed; no process of that machine writes there now",
  );
  expect(standingText(still, 4, 0)).toBe("4 of 4 runs finished; complete");
  expect(standingText({ ...still, total: null }, 4, 0)).toBe(
    "4 runs finished; no process of that machine writes there now",
  );
  expect(standingText({ ...still, total: null }, 1, 0)).toMatch(/^1 run finished;/);
});

describe("following", () => {
  const page = { hidden: false, listeners: new Set<() => void>() };
  beforeEach(() => {
    vi.useFakeTimers();
    page.hidden = false;
    page.listeners.clear();
    vi.stubGlobal("document", {
      get hidden() {
        return page.hidden;
      },
      addEventListener: (_: string, listener: () => void) => page.listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => page.listeners.delete(listener),
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const turn = (hidden: boolean) => {
    page.hidden = hidden;
    for (const listener of page.listeners) listener();
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);

  test("every second while it is seen, at once where there is more, from the cursor that it was given", async () => {
    const ask = vi
      .fn<(cursor: string) => Promise<DirectoryNews>>()
      .mockResolvedValueOnce(news({ runs: [finished("a", {})], cursor: "one", more: true }))
      .mockResolvedValueOnce(news({ runs: [finished("b", {})], cursor: "two" }))
      .mockResolvedValue(news({ cursor: "two" }));
    const { rows, standing, stop } = follow(ask);
    await settle();
    expect(ask.mock.calls.map(([cursor]) => cursor)).toEqual(["", "one"]);
    expect([...rows.value.keys()]).toEqual(["a", "b"]);
    const before = rows.value;
    await vi.advanceTimersByTimeAsync(3000);
    expect(ask).toHaveBeenCalledTimes(5);
    expect(ask.mock.calls.at(-1)?.[0]).toBe("two");
    // nothing new: whoever draws has nothing to do
    expect(rows.value).toBe(before);
    expect(standing.value?.total).toBe(4);
    turn(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ask).toHaveBeenCalledTimes(5);
    turn(false);
    await settle();
    expect(ask).toHaveBeenCalledTimes(6);
    stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ask).toHaveBeenCalledTimes(6);
    expect(page.listeners.size).toBe(0);
  });

  test("a server that has ended is said in a line, until it is there again", async () => {
    const ask = vi
      .fn<(cursor: string) => Promise<DirectoryNews>>()
      .mockResolvedValueOnce(news({ runs: [finished("a", {})] }))
      .mockRejectedValueOnce(new TypeError("Failed to fetch"))
      .mockResolvedValue(news({}));
    const { rows, silent, stop } = follow(ask);
    await settle();
    expect(silent.value).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    expect(silent.value).toMatch(/^The server does not answer: .*unigram-lab lab/);
    expect(rows.value.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(silent.value).toBeUndefined();
    stop();
  });
});
