/** The lab as a whole, its workers in this process and the page's surroundings pretended. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openWorkers } from "../../src/browser/openWorkers.js";
import {
  createTrainer,
  parseConfig,
  type RunConfig,
  type RunConfigInput,
  weightsHash,
} from "../../src/index.js";
import { createLab } from "../../src/lab/state/createLab.js";
import type { Lab } from "../../src/lab/state/lab.js";
import { warmup } from "../../src/lab/tour/chapters/warmup.js";
import type { Recording } from "../../src/lab/tour/recording.js";
import { Stage } from "../../src/lab/tour/stage.js";
import type { LabLink } from "../../src/link/link.js";
import { browserWorker, FakeWorker, Locks } from "../browser/fakeWorker.js";

/** A browser's history, as far as a page sees it. */
class Entries {
  entries: { state: { lab: LabLink } | null; url: string }[] = [{ state: null, url: "/" }];
  at = 0;
  listeners: ((event: { state: unknown }) => void)[] = [];
  get state() {
    return this.entries[this.at].state;
  }
  pushState(state: { lab: LabLink }) {
    this.entries.splice(this.at + 1, Number.POSITIVE_INFINITY, { state, url: this.entries[this.at].url });
    this.at++;
  }
  replaceState(state: { lab: LabLink }, _: string, url = this.entries[this.at].url) {
    this.entries[this.at] = { state, url };
  }
  back() {
    this.at--;
    for (const listener of this.listeners) listener({ state: this.state });
  }
}

const small: RunConfigInput = {
  vocabSize: 12,
  embeddingDim: 3,
  batchSize: 16,
  steps: 400,
  evaluateEvery: 20,
};
const linkOf = (...configs: RunConfigInput[]): LabLink => ({
  runs: configs.map((config) => ({ config: { ...small, ...config } })),
});

let entries: Entries;
let workers: ReturnType<typeof openWorkers>;
const until = (holds: () => boolean) => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 60_000 });
const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function open(link: LabLink): Lab {
  return createLab({
    workers,
    link,
    encode: async (link) => `#${link.runs.length}`,
    needs: () => ["probabilities"],
    elsewhere: async () => "unigram-lab train",
  });
}
const isOver = (lab: Lab) =>
  lab.runs.value.every(({ replicas, seeds }) => {
    const all = replicas.value;
    return all.length === seeds.value && all.every(({ status }) => status === "ended");
  });
const hashed = (lab: Lab) => until(() => lab.link().runs.every(({ hashes }) => hashes));

async function hashOf(config: RunConfigInput): Promise<string> {
  const trainer = await createTrainer(config);
  await trainer.advance(trainer.config.steps);
  const hash = weightsHash(await trainer.weights());
  trainer.dispose();
  return hash;
}

beforeEach(() => {
  entries = new Entries();
  vi.stubGlobal("history", entries);
  vi.stubGlobal("location", { pathname: "/", search: "", hash: "" });
  vi.stubGlobal("document", { hidden: false, addEventListener() {} });
  vi.stubGlobal("addEventListener", (_: string, listener: (event: { state: unknown }) => void) =>
    entries.listeners.push(listener),
  );
  vi.stubGlobal("requestAnimationFrame", (work: () => void) => setTimeout(work, 5));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
  const locks = new Locks();
  vi.stubGlobal("navigator", { locks: locks.of("page") });
  workers = openWorkers({
    worker: () => new FakeWorker(browserWorker, locks) as unknown as Worker,
    count: 2,
  });
});
// the surroundings stay: what was begun may end later
afterEach(() => workers.close());

describe("links", () => {
  test("with more runs or seeds than the page shows give its own runs, and say so", () => {
    const lab = open(linkOf(...Array.from({ length: 27 }, (_, seed) => ({ seed }))));
    expect(lab.runs.value).toHaveLength(3);
    expect(lab.notice.value).toContain("runs: expected at most 26 in a page, got 27");
    lab.open({ runs: [{ config: small, seeds: 33 }] });
    expect(lab.notice.value).toBe("runs[0].seeds: expected at most 32 in a page, got 33");
    expect(lab.runs.value).toHaveLength(3);
  });

  test("have no hash of a config that has been changed since", async () => {
    const lab = open(linkOf({}));
    await hashed(lab);
    expect(lab.link().runs[0].hashes).toEqual([await hashOf(small)]);
    lab.change({ learningRate: 0.01 }, { commit: true });
    expect(lab.link().runs[0].hashes).toBeUndefined();
    await until(() => lab.link().runs[0].hashes !== undefined);
    expect(lab.link().runs[0].hashes).toEqual([await hashOf({ ...small, learningRate: 0.01 })]);
  });

  test("are compared with what somebody's link says, and never with what the page computed itself", async () => {
    const said = "0".repeat(16);
    const hashesOf = (lab: Lab) =>
      lab.runs.value.flatMap(({ replicas }) => replicas.value.map(({ expectedHash }) => expectedHash));
    const lab = open({ runs: [{ config: small, hashes: [said] }, { config: { ...small, seed: 1 } }] });
    await hashed(lab);
    expect(hashesOf(lab)).toEqual([said, undefined]);
    lab.pin(lab.runs.value[1], true);
    lab.open(linkOf({ seed: 2 }));
    await hashed(lab);
    expect(hashesOf(lab)).toEqual([undefined]);
    lab.undo();
    await hashed(lab);
    expect(hashesOf(lab)).toEqual([said, undefined]);
  });

  test("replay a rate that was changed on the way, over every seed", async () => {
    const lab = open({ runs: [{ config: { ...small, steps: 4000 }, seeds: 3 }] });
    lab.pace.value = 2000;
    await until(() => (lab.runs.value[0].replicas.value[0]?.step ?? 0) > 100);
    lab.setLearningRate(0.02);
    await until(() => typeof lab.runs.value[0].config.value.learningRate !== "number");
    lab.pace.value = undefined;
    await until(() => lab.link().runs[0].hashes?.length === 3);
    const [{ config, hashes }] = lab.link().runs;
    const again = [];
    for (let seed = 0; seed < 3; seed++) again.push(await hashOf({ ...config, seed }));
    expect(hashes).toEqual(again);
  });
});

describe("a pinned run", () => {
  test("is copied by a change, and by nothing that leaves it as it is", () => {
    const lab = open(linkOf({ learningRate: 0.1 }));
    lab.pin(lab.runs.value[0], true);
    lab.change({ learningRate: 0.1 }, { commit: true });
    expect(lab.runs.value).toHaveLength(1);
    lab.change({ learningRate: 0.2 }, { commit: true });
    expect(lab.runs.value.map(({ config }) => config.value.learningRate)).toEqual([0.1, 0.2]);
  });
});

describe("the back button", () => {
  test("undoes gesture by gesture, also at once behind one", async () => {
    const lab = open(linkOf({ learningRate: 0.1 }));
    lab.change({ learningRate: 0.2 }, { commit: true });
    await rest(700);
    lab.change({ learningRate: 0.3 }, { commit: true });
    lab.undo();
    expect(lab.runs.value[0].config.value.learningRate).toBe(0.2);
    lab.undo();
    expect(lab.runs.value[0].config.value.learningRate).toBe(0.1);
  });

  test("takes keys that follow each other as one gesture", () => {
    const lab = open(linkOf({ learningRate: 0.1 }));
    for (const rate of [0.11, 0.12, 0.13]) lab.change({ learningRate: rate }, { commit: true });
    lab.undo();
    expect(lab.runs.value[0].config.value.learningRate).toBe(0.1);
  });

  test("leaves addresses to their own entries", async () => {
    const lab = open(linkOf({ learningRate: 0.1 }));
    lab.add(small);
    lab.undo();
    await rest(50);
    expect(entries.entries[0].state?.lab.runs).toHaveLength(1);
    expect(entries.at).toBe(0);
  });

  test("gives no two runs one letter", () => {
    const lab = open(linkOf({ learningRate: 0.1 }, { learningRate: 0.2 }));
    lab.remove(lab.runs.value[0]);
    lab.add({ ...small, learningRate: 0.4 });
    lab.undo();
    lab.undo();
    const letters = lab.runs.value.map(({ letter }) => letter);
    expect(new Set(letters).size).toBe(letters.length);
  });
});

describe("forks", () => {
  test("of a running run have every record, and say where they stand", async () => {
    const lab = open(linkOf({ steps: 100_000, evaluateEvery: 50 }));
    lab.pace.value = 5000;
    await until(() => (lab.runs.value[0].replicas.value[0]?.step ?? 0) > 500);
    lab.fork();
    await until(() => lab.runs.value.length === 2);
    lab.pause();
    const forked = lab.runs.value[1];
    await until(() => (forked.replicas.value[0]?.step ?? 0) > 0);
    const { step } = forked.replicas.value[0];
    expect(lab.notice.value).toContain(`stands at step ${step}:`);
    await until(() => (forked.replicas.value[0].records.at(-1)?.step ?? 0) >= step - (step % 50));
    const steps = forked.replicas.value[0].records.map((record) => record.step);
    expect(steps).toEqual(steps.map((_, i) => i * 50));
  });

  test("of a scrubbed step with an evaluation at every step", async () => {
    const lab = open(linkOf({ steps: 9000, evaluateEvery: 1, spectrum: false }));
    lab.scrub(8000);
    lab.fork();
    await until(() => lab.runs.value.length === 2);
    expect(lab.notice.value).toContain("stands at step 8000:");
  });
});

test("a run that is removed is not trained again by the slider that was let go before", async () => {
  const lab = open(linkOf({}, { learningRate: 0.01 }));
  await until(() => isOver(lab));
  const [run] = lab.runs.value;
  lab.change({ learningRate: 0.5 });
  lab.remove(run);
  await rest(200);
  expect(
    run.replicas.value.every(({ records }) => records.every(({ learningRate }) => learningRate < 0.5)),
  ).toBe(true);
});

test("frames go on when the vocabulary falls below the input that is looked at", async () => {
  const lab = open(linkOf({ vocabSize: 20 }));
  lab.look({ input: 15 });
  await until(() => lab.frame.value?.probabilities?.length === 20);
  lab.change({ vocabSize: 10 }, { commit: true });
  await until(() => lab.frame.value?.probabilities?.length === 10);
  expect(lab.notice.value).toBe("");
});

test("one step of all runs, whether they run or not", async () => {
  const lab = open(linkOf({ steps: 1_000_000, evaluateEvery: 1000 }));
  const step = () => lab.runs.value[0].replicas.value[0]?.step ?? 0;
  await until(() => step() > 0);
  lab.step();
  await rest(300);
  const before = step();
  lab.step();
  await until(() => step() === before + 1);
  await rest(100);
  expect(step()).toBe(before + 1);
});

test("what the page has no room for is refused, with the command that runs it elsewhere", async () => {
  const lab = open(linkOf({}));
  lab.change({ vocabSize: 1_000_000, embeddingDim: 1000 }, { commit: true });
  expect(lab.notice.value).toContain(
    "vocabSize × embeddingDim: expected a run of at most 1024 MiB in this page",
  );
  await until(() => lab.notice.value.includes("elsewhere: unigram-lab train"));
  expect(lab.runs.value[0].config.value.vocabSize).toBe(12);
});

test("a page of recorded runs alone: they grow in their places, and no entry of the history is theirs", async () => {
  const lab = open({ runs: [] });
  expect([lab.runs.value.length, lab.focused.value]).toEqual([0, undefined]);
  const replica = (seed: number) => ({
    ...{
      config: parseConfig({ ...small, seed }),
      records: [],
      step: 0,
      status: "ended" as const,
      seconds: 0,
    },
    ...{ failure: undefined, entropy: undefined, conditionalEntropy: undefined },
    ...{ weightsHash: undefined, expectedHash: undefined },
  });
  const { config } = replica(1);
  const [run, other] = [0, 1].map(() => lab.addRecorded(config, [replica(1)], "directory"));
  expect(lab.focused.value).toBe(run);
  lab.setRecorded(run, [replica(0), replica(1)]);
  expect([run.seeds.value, run.config.value.seed, run.replicas.value.length]).toEqual([2, 0, 2]);
  lab.remove(other);
  expect(lab.runs.value).toEqual([run]);
  // a field that has come since the record was written
  const { arithmetic: _, ...early } = config;
  lab.setRecorded(run, [{ ...replica(1), config: early as typeof config }]);
  expect(run.config.value).toEqual(config);
  lab.remove(run);
  expect([lab.runs.value, lab.focused.value]).toEqual([[], undefined]);
  expect(entries.entries.length).toBe(1);
});

test("a run like one that was read has its seeds, gaps and all, and is refused with the command", async () => {
  const lab = open({ runs: [] });
  const replica = (config: RunConfig) => ({
    ...{ config, records: [], step: 0, status: "ended" as const, seconds: 0, failure: undefined },
    ...{ entropy: undefined, conditionalEntropy: undefined, weightsHash: undefined, expectedHash: undefined },
  });
  const configs = [0, 2, 3, 5].map((seed) => parseConfig({ ...small, seed }));
  lab.addLike(lab.addRecorded(configs[0], configs.map(replica), "directory"));
  const own = lab.runs.value.filter(({ origin }) => origin === "here");
  expect(own.map(({ config, seeds }) => [config.value.seed, seeds.value])).toEqual([
    [0, 1],
    [2, 2],
    [5, 1],
  ]);
  const large = parseConfig({ ...small, vocabSize: 1_000_000, embeddingDim: 1000 });
  lab.addLike(lab.addRecorded(large, [replica(large)], "directory"));
  await until(() => lab.notice.value.includes("elsewhere: unigram-lab train"));
  expect(lab.runs.value.length).toBe(5);
});

test("the recordings of a chapter leave a page that had no run with none", () => {
  const lab = open({ runs: [] });
  const stage = new Stage(lab);
  const run = { config: parseConfig(small), columns: { step: [0], excessLoss: [1] } };
  stage.show(warmup, { arms: [{ label: "a", runs: [run] }] } as unknown as Recording);
  expect(lab.runs.value.map(({ origin }) => origin)).toEqual(["recorded"]);
  stage.leave();
  expect([lab.runs.value.length, lab.notice.value]).toEqual([0, ""]);
});
