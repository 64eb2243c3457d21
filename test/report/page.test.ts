/** The page names whose statements it judges: a source's, several sources', or nobody's but ours. */
import { expect, test } from "vitest";
import type { Source } from "../../src/experiments/experiment.js";
import type { AnalysedExperiment } from "../../src/report/content.js";
import { reportPage } from "../../src/report/page.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "../experiments/syntheticRuns.js";

const experiment = (name: string, source: Source | null): AnalysedExperiment => ({
  name,
  part: "post",
  title: name,
  summary: "",
  source,
  seeds: 3,
  conditions: [],
  claims: [
    {
      experiment: name,
      claim: "c",
      quantity: "q",
      whose: "ours",
      post: source ? 12.5 : null,
      measured: { mean: 1, standardDeviation: 0.1, seeds: 3 },
      verdict: "holds",
      rule: "r",
      falsifiedBy: "f",
      sampledOver: "draws",
    },
  ],
  sampledOver: "draws",
  agreements: [],
  findings: [],
  figures: [],
  left: [],
});
const page = (...experiments: AnalysedExperiment[]): string =>
  reportPage(
    { experiments: [], quick: false, seeds: 3, seconds: 1, threads: 1 },
    experiments,
    [],
    { cpu: "", cores: 1, platform: "", versions: "" },
    true,
  );
const sectionOf = (html: string, name: string) =>
  html.split(`<section id="${name}">`)[1].split("</section>")[0];

const paper = { name: "paper", citation: "A. Author, <i>A paper</i>, 2025" };
const post = { name: "post", citation: "A post, 2026" };

test("each source is cited once and names the column of its numbers", () => {
  const html = page(experiment("a", post), experiment("b", paper), experiment("c", post));
  expect(html).toContain(
    "Every figure of A post, 2026; A. Author, &lt;i&gt;A paper&lt;/i&gt;, 2025, trained anew with 3 seeds",
  );
  expect(sectionOf(html, "b")).toContain("<th>claim and quantity</th><th>paper</th>");
  expect(sectionOf(html, "b")).toContain('<td class="number" data-label="paper">12.5</td>');
  expect(sectionOf(html, "c")).toContain('<td class="number" data-label="post">12.5</td>');
});

test("a question of our own has no such column, and nobody is cited for it", () => {
  const html = page(experiment("a", post), experiment("ours", null));
  expect(html).toContain("Every figure of A post, 2026, trained anew");
  const own = sectionOf(html, "ours");
  expect(own).toContain("<th>claim and quantity</th><th>measured, mean ± sd</th>");
  expect(own.match(/<td/g)).toHaveLength(own.match(/<th>/g)?.length ?? 0);
  expect(page(experiment("ours", null))).toContain("<p>Trained with 3 seeds and judged claim by claim.");
});

test("a relaxed report says so, who computed it, and how to repeat it", () => {
  const by = (adapter: string, seed: number) => ({
    ...runOf({ vocabSize: 3, steps: 0, seed, arithmetic: "relaxed" }, { excess: () => 1 }),
    computedBy: { backend: "webgpu", adapter, driver: "" },
  });
  const relaxed = (...runs: RunResult[]) =>
    reportPage(
      {
        experiments: [{ name: "a", runs, conditions: [] }],
        quick: true,
        arithmetic: "relaxed",
        seeds: 3,
        seconds: 1,
        threads: 1,
      },
      [experiment("a", null)],
      [],
      { cpu: "", cores: 1, platform: "", versions: "" },
      true,
    );
  const html = relaxed(by("a card", 0), by("a card", 1));
  expect(html).toContain(
    "<title>The unigram toy model, reproduced (quick profile, relaxed arithmetic)</title>",
  );
  expect(html).toContain("computed 2 by webgpu on a card</dd>");
  expect(html).toContain("unigram-lab reproduce a --seeds 3 --quick --backend webgpu</pre>");
  expect(html).toContain("1.0 s of all runs together, many of them at once");
  expect(html).not.toContain("devices, whose rounding");
  expect(relaxed(by("a card", 0), by("another", 1))).toContain(
    "Runs of 2 devices, whose rounding may differ",
  );
  expect(page(experiment("a", null))).not.toContain("arithmetic");
});
