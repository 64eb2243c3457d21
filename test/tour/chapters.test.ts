import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { pauseRatio as referenceRatio } from "../../src/analysis/saddle.js";
import { configHash, learningRateAt, parseConfig, train } from "../../src/index.js";
import { beta, betaWindow } from "../../src/lab/tour/chapters/betaWindow.js";
import { scheduleOf } from "../../src/lab/tour/chapters/decay.js";
import { chapters } from "../../src/lab/tour/chapters/index.js";
import { level, pauseRatio, relaxation, twoWaysToStick } from "../../src/lab/tour/chapters/twoWaysToStick.js";
import { whatIsLearnt } from "../../src/lab/tour/chapters/whatIsLearnt.js";
import { placeOf } from "../../src/lab/tour/guess/axes.js";
import plans from "../../src/lab/tour/recorded/plans.json";
import { type Plan, type Recording, seenIn } from "../../src/lab/tour/recording.js";
import type { SeedRun, Seen } from "../../src/lab/tour/seen.js";
import { viewNamed } from "../../src/lab/views/index.js";

const named = (name: string) => {
  const found = chapters.find((chapter) => chapter.name === name);
  if (!found) throw new Error(name);
  return found;
};

test("eight chapters with names of their own, whose configs, panels and guesses are what they should be", () => {
  expect(chapters).toHaveLength(8);
  expect(new Set(chapters.map(({ name }) => name)).size).toBe(8);
  for (const { name, arms, panels, guess } of chapters) {
    expect(name).toMatch(/^[a-zA-Z0-9]+$/);
    const all = arms(guess.at.map(() => guess.start));
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
    for (const { config, seeds } of all) {
      parseConfig(config);
      expect(seeds).toBeGreaterThan(1);
    }
    for (const panel of panels) expect(viewNamed(panel)?.name).toBe(panel);
    for (const [axis, values] of [
      [guess.x, guess.at],
      [guess.y, [guess.start]],
    ] as const)
      for (const value of values) {
        expect(placeOf(axis, value)).toBeGreaterThanOrEqual(0);
        expect(placeOf(axis, value)).toBeLessThanOrEqual(1);
      }
  }
});

test("no chapter makes the same statement twice, or says of a chart with runs what is to be drawn", () => {
  const none: Seen = new Map();
  for (const { findings, guess } of chapters) {
    const claims = findings(none).map(({ claim }) => claim);
    expect(new Set(claims).size).toBe(claims.length);
    expect(guess.shown).not.toMatch(/draw/i);
  }
});

test("what was drawn is the schedule that runs", () => {
  const schedule = parseConfig({
    learningRate: scheduleOf([0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.001]),
  }).learningRate;
  expect([0, 250, 500, 3000].map((step) => learningRateAt(schedule, step))).toEqual([
    0.01, 0.015, 0.02, 0.001,
  ]);
});

/** Records of a loss over steps. */
const run = (loss: (step: number) => number, steps: number[], unigramExcess?: (step: number) => number) =>
  ({
    config: parseConfig({ steps: steps.at(-1) }),
    records: steps.map((step) => ({
      step,
      loss: loss(step) + 2,
      excessLoss: loss(step),
      ...(unigramExcess ? { unigramExcess: unigramExcess(step) } : {}),
    })),
  }) as unknown as SeedRun;

test("β is the exponent of a power law, whatever its window", () => {
  const law = run((step) => 3 * step ** -0.7, [300, 2900, 10_000]);
  expect(beta(law, [300, 2900])).toBeCloseTo(0.7, 6);
  expect(beta(law, [2900, 10_000])).toBeCloseTo(0.7, 6);
  expect(beta(law, [300, 3000])).toBeNaN();
});

test("the verdict on β and α turns with the runs", () => {
  const seenOf = (betas: Record<string, number>): Seen =>
    new Map(
      Object.entries(betas).map(([label, value]) => [
        label,
        [0, 1, 2].map((seed) => run((step) => step ** -(value + 0.01 * seed), [300, 2900, 10_000])),
      ]),
    );
  const falling = seenOf({ "α 0.5": 0.8, "α 1": 0.7, "α 2": 0.8, "α 4": 0.8 });
  expect(betaWindow.findings(falling).map(({ verdict }) => verdict)).toEqual([
    "fails",
    "holds",
    "open",
    "open",
  ]);
  expect(betaWindow.told(falling, undefined)).toContain(
    "From α = 0.5 to 1 it does not: 0.81 ± 0.02 at 0.5, 0.71 ± 0.02 at 1.",
  );
  const rising = seenOf({ "α 0.5": 0.7, "α 1": 0.8, "α 2": 0.8, "α 4": 0.8 });
  expect(betaWindow.told(rising, undefined)).toContain("From α = 0.5 to 1 it does: ");
});

test("what happened is told against the guess", () => {
  const seen: Seen = new Map([
    ["V 10, D 10", [0, 0.001, 0.002].map((more) => run(() => 0.01 + more, [0, 3000]))],
  ]);
  expect(whatIsLearnt.told(seen, [3, 3, 3, 3, 3, 3, 2.5])).toBe(
    "Your curve ends at 2.5 nats; the runs end at 2.011 ± 0.002 nats: that is 0.489 nats lower than you drew. The entropy is 2.0000 nats.",
  );
  expect(whatIsLearnt.told(seen, [3, 3, 3, 3, 3, 3, 2.01])).toContain(
    "you met them within their 95 % interval",
  );
  expect(whatIsLearnt.told(seen, undefined)).toMatch(/^No guess was drawn/);
  expect(whatIsLearnt.findings(seen)[0].verdict).toBe("holds");
});

test("a plain relaxation has the S that is said of it, and a loss that rises has none", () => {
  const steps = Array.from({ length: 400 }, (_, i) => 5 * i);
  const falls = (step: number) => 1.5 * Math.exp(-step / 400);
  expect(pauseRatio(run(falls, steps, (step) => falls(step) - 1))).toBeCloseTo(relaxation, 3);
  const rises = (step: number) => falls(step) + (step === 300 ? 0.3 : 0);
  expect(pauseRatio(run(rises, steps, (step) => rises(step) - 1))).toBeNaN();
});

const recordings: Record<string, Recording> = Object.fromEntries(
  Object.keys(plans).map((name) => [
    name,
    JSON.parse(readFileSync(new URL(`../../src/lab/tour/recorded/${name}.json`, import.meta.url), "utf8")),
  ]),
);

test("recorded runs are those that were planned, all of each, and small", () => {
  let bytes = 0;
  for (const [name, plan] of Object.entries(plans as Record<string, Plan>)) {
    const { arms, command } = recordings[name];
    bytes += gzipSync(JSON.stringify(recordings[name])).length;
    expect(command).toBe(`node src/lab/tour/record.mjs ${name}`);
    expect(arms.map(({ label, runs }) => [label, runs.length])).toEqual(
      plan.arms.map(({ label, seeds }) => [label, seeds]),
    );
    arms.forEach(({ runs }, i) => {
      runs.forEach(({ hash, config, columns }, seed) => {
        const planned = plan.arms[i].config as Parameters<typeof parseConfig>[0] & { targets?: object };
        const targets = planned.targets ? { targets: { ...planned.targets, seed } as never } : {};
        expect(config).toEqual(parseConfig({ ...planned, ...targets, seed }));
        expect(hash).toBe(configHash(config));
        expect(columns.step.at(-1)).toBe(config.steps);
        expect(columns.excessLoss).toHaveLength(columns.step.length);
      });
    });
  }
  expect(bytes).toBeLessThan(40_000);
});

test("recorded chapters come to the verdicts that their texts speak of", async () => {
  const verdicts = async (name: string) => {
    const chapter = named(name);
    return chapter.findings(seenIn((await chapter.recorded?.()) as Recording)).map(({ verdict }) => verdict);
  };
  expect(await verdicts("stick")).toEqual(["holds", "holds", "holds"]);
  const [entropy, , , elsewhere] = await verdicts("warmup");
  expect([entropy, elsewhere]).toEqual(["holds", "holds"]);
});

test("a floor that remembers would not pass for one that does not", () => {
  const seen = new Map(seenIn(recordings.twoWaysToStick));
  const [floor, other] = [...seen.keys()];
  const lifted = (seen.get(other) ?? []).map((one) => ({
    ...one,
    records: one.records.map((record) => ({ ...record, unigramExcess: Number(record.unigramExcess) + 0.02 })),
  }));
  expect(level(lifted[0])).toBeCloseTo(level((seen.get(other) ?? [])[0]) + 0.02, 9);
  seen.set(other, lifted);
  expect(twoWaysToStick.findings(seen)[0].verdict).toBe("fails");
  seen.set(other, seen.get(floor) ?? []);
  expect(twoWaysToStick.findings(seen)[0].verdict).toBe("holds");
});

test("S is the one of the experiment", () => {
  const { arms } = recordings.twoWaysToStick;
  const seen = seenIn(recordings.twoWaysToStick);
  for (const { label } of arms.slice(2))
    for (const one of seen.get(label) ?? []) {
      const reference = referenceRatio(one as unknown as Parameters<typeof referenceRatio>[0]);
      expect(pauseRatio(one)).toBeCloseTo(Number(reference), 9);
    }
});

const expected: Record<string, string[]> = {
  learnt: ["holds"],
  oneDimension: ["holds", "holds"],
  norm: ["holds", "holds"],
  collapse: ["holds", "holds", "fails", "holds", "holds"],
  beta: ["fails", "holds", "holds", "holds"],
  decay: ["holds", "holds"],
};
for (const chapter of chapters.filter(({ recorded }) => !recorded))
  test(`its runs give ${chapter.name} the verdicts that its text speaks of`, {
    timeout: 900_000,
  }, async () => {
    const seen = new Map<string, SeedRun[]>();
    for (const { label, config, seeds } of chapter.arms(undefined)) {
      const runs: SeedRun[] = [];
      for (let seed = 0; seed < seeds; seed++) {
        const complete = parseConfig({ ...config, seed });
        const records = [];
        for await (const record of train(complete)) records.push(record);
        runs.push({ config: complete, records });
      }
      seen.set(label, runs);
    }
    expect(chapter.findings(seen).map(({ verdict }) => verdict)).toEqual(expected[chapter.name]);
    for (const { points } of chapter.curves(seen)) expect(points.length).toBeGreaterThan(1);
  });
