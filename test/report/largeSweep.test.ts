/** Figures of a sweep with more panels than there is room for. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Figure, metaOf } from "../../src/figures/figure.js";
import { sweepFigures } from "../../src/report/sweepFigures.js";
import { summarizeSweep } from "../../src/report/sweepSummary.js";
import { Journal } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

const COUNT = 16;
const DRAWN = 12;
let figures: Record<string, Figure> = {};
beforeAll(async () => {
  const journal = await Journal.open(await mkdtemp(join(tmpdir(), "unigram-lab-")));
  const each = Array.from({ length: COUNT }, (_, i) => i + 1);
  const runs = each.flatMap((a) =>
    each.flatMap((b) =>
      each.map((c) =>
        runOf(
          {
            ...{ vocabSize: 4, embeddingDim: 2, steps: 100 },
            ...{ batchSize: a, learningRate: b / 1000, init: { kind: "normal", std: c / 100 } },
          },
          // by far the largest one is in a panel that is left out, whatever the colour tells
          {
            excess: (step) => ([a, b, c].every((x) => x === 8) ? 1000 : a) / (1 + step),
            dimension: () => a,
          },
        ),
      ),
    ),
  );
  await Promise.all(runs.map((run) => journal.append(run)));
  figures = Object.fromEntries(
    sweepFigures(await summarizeSweep(journal)).figures.map((figure) => [figure.name, figure]),
  );
  await journal.close();
});

const titlesOf = ({ panels }: Figure) => panels.map(({ title }) => JSON.stringify(title));

test("a dozen panels from the first to the last, and the caption says so", () => {
  for (const [name, of] of [
    ["heat-map", COUNT],
    ["excess-loss", COUNT * COUNT],
    ["effective-dimension", COUNT * COUNT],
  ] as const) {
    expect(figures[name].panels).toHaveLength(DRAWN);
    expect(new Set(titlesOf(figures[name])).size).toBe(DRAWN);
    expect(figures[name].caption).toContain(
      `${DRAWN} of ${of} panels are shown, evenly from the first to the last`,
    );
  }
});

test("many heat maps are small and stand in two columns", () => {
  const { panels, columns } = figures["heat-map"];
  expect(columns).toBe(2);
  for (const { width, height } of panels as { width: number; height: number }[])
    expect(Math.max(width, height)).toBeLessThanOrEqual(300);
});

test("axes are of what is drawn", () => {
  const [panel] = figures["excess-loss"].panels as { layer: { encoding: { y: { scale: object } } }[] }[];
  const most = Math.max(
    ...figures["excess-loss"].panels.flatMap((one) => metaOf(one).rows!.map(({ mean }) => mean as number)),
  );
  const { domain } = panel.layer[1].encoding.y.scale as { domain: [number, number] };
  expect(domain[1]).toBeGreaterThanOrEqual(most);
  expect(domain[1]).toBeLessThan(1.1 * most);
});
