/** The page begins with what was found, and names whose statements it judges: a source's, several sources', or nobody's but ours. */
import { expect, test } from "vitest";
import type { Claim } from "../../src/analysis/verdict.js";
import type { Source } from "../../src/experiments/experiment.js";
import type { AnalysedExperiment } from "../../src/report/content.js";
import { reportPage } from "../../src/report/page.js";
import { shared } from "../../src/report/section.js";
import { verdictsOf } from "../../src/report/verdicts.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "../experiments/syntheticRuns.js";

const statement = (experiment: string, own: Partial<Claim> = {}) => ({
  ...{ experiment, claim: "c", quantity: "q", whose: "ours", post: null },
  measured: { mean: 1, standardDeviation: 0.1, seeds: 3 },
  verdict: "holds" as Claim["verdict"],
  ...{ kind: "order" as const, asks: "above 0", rule: "r", falsifiedBy: "f", noticed: 0.2 },
  p: { holds: 0.001, fails: 0.999 },
  ...{ sampledOver: "draws", claimVerdict: null },
  ...own,
});
const experiment = (name: string, source: Source | null): AnalysedExperiment => ({
  name,
  part: "post",
  title: name,
  summary: "",
  source,
  seeds: 3,
  conditions: [],
  claims: [statement(name, { post: source ? 12.5 : null })],
  sampledOver: "draws",
  agreements: [],
  findings: [],
  figures: [],
  left: [],
  thumbnails: new Map(),
});
const page = (...experiments: AnalysedExperiment[]): string =>
  reportPage(
    { experiments: [], quick: false, seeds: 3, seconds: 1, threads: 1 },
    experiments,
    verdictsOf(experiments),
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
  expect(sectionOf(html, "b")).toContain("<th>quantity</th><th>paper</th>");
  expect(sectionOf(html, "b")).toContain('<td class="number" data-label="paper">12.5</td>');
  expect(sectionOf(html, "c")).toContain('<td class="number" data-label="post">12.5</td>');
});

test("a question of our own has no such column, and nobody is cited for it", () => {
  const html = page(experiment("a", post), experiment("ours", null));
  expect(html).toContain("Every figure of A post, 2026, trained anew");
  const own = sectionOf(html, "ours");
  expect(own).toContain("<th>quantity</th><th>measured, 95 % interval</th>");
  expect(own).not.toContain("12.5");
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
      verdictsOf([experiment("a", null)]),
      [],
      { cpu: "", cores: 1, platform: "", versions: "" },
      true,
    );
  const html = relaxed(by("a card", 0), by("a card", 1));
  expect(html).toContain(
    "<title>The unigram toy model, reproduced (quick profile, relaxed arithmetic)</title>",
  );
  expect(html).toContain("computed 2 by webgpu on a card</dd>");
  expect(html).toContain("<code>npx unigram-lab reproduce a --seeds 3 --quick --backend webgpu</code>");
  expect(html).toContain("1.0 s of all runs together, many of them at once");
  expect(html).not.toContain("devices, whose rounding");
  expect(relaxed(by("a card", 0), by("another", 1))).toContain(
    "Runs of 2 devices, whose rounding may differ",
  );
  expect(page(experiment("a", null))).not.toContain("<dt>arithmetic");
});

test("every claim that fails or stays open is named at the top, with its number and why", () => {
  const against = { p: { holds: 1, fails: 0.0001 }, verdict: "fails" as const, whose: "post" };
  const one: AnalysedExperiment = {
    ...experiment("a", post),
    claims: [
      statement("a", { claim: "it rises", whose: "post" }),
      statement("a", {
        claim: "β grows",
        quantity: "gain",
        why: "the post's own numbers contradict it",
        ...against,
      }),
      statement("a", {
        claim: "it is large",
        whose: "post",
        verdict: "inconclusive",
        p: { holds: 0.3, fails: 0.7 },
      }),
      statement("a", { claim: "ours too" }),
    ],
  };
  const html = page(one);
  const [first] = html.split('<section id="reading">');
  expect(first).toContain(
    "Of the 3 claims of the post <strong>1 holds</strong>. <strong>1 fails</strong>: <q>β grows</q>. <strong>1 is inconclusive</strong>: <q>it is large</q>.",
  );
  expect(first).toContain("gain: <b>1.00 (0.75 to 1.25)</b>; it would have to be above 0");
  expect(first).toContain("The post&#39;s own numbers contradict it.");
  expect(first).toContain("3 seeds would have noticed 0.2 at the least");
  // β stays β
  expect(first).toContain('<p class="claim">β grows.</p>');
  expect(first).toContain("<h2>What its runs show besides</h2>");
});

test("a rule is written once, and evidence is folded under its claim", () => {
  const html = page({
    ...experiment("a", post),
    claims: [1, 2, 3].map((i) => statement("a", { quantity: `q${i}` })),
  });
  expect(html.match(/paired over seeds/g)).toHaveLength(1);
  expect(html.match(/<details class="evidence"/g)).toHaveLength(1);
  expect(html).toContain("3 statements: 3 hold");
  const [, target] = /<a href="#(a-evidence-1)">3 statements/.exec(html) ?? [];
  // within what is folded, so that the link unfolds it
  expect(html).toMatch(new RegExp(`<details class="evidence">(?:(?!</details>).)*id="${target}"`, "s"));
});

test("findings are a family of their own: one that is not found among many says so", () => {
  const open = statement("a", { p: { holds: 0.04, fails: 0.96 } });
  const finding = (sentence: string, restsOn = open) => ({
    sentence,
    restsOn: [restsOn],
    without: [],
    afterwards: false,
  });
  const beyond = (findings: AnalysedExperiment["findings"]): AnalysedExperiment => ({
    ...experiment("a", null),
    ...{ part: "beyond", findings },
  });
  expect(page(beyond([finding("It lasts.")]))).not.toContain("Not borne out");
  const html = page(beyond([finding("It lasts."), finding("It grows.", statement("a"))]));
  expect(html.match(/Not borne out/g) ?? []).toHaveLength(0);
  const three = page(
    beyond([finding("It lasts."), finding("It ends."), finding("It grows.", statement("a"))]),
  );
  expect(three.match(/Not borne out by these runs: with 3 findings tested at once/g)).toHaveLength(2);
});

test("what all conditions share is written once", () => {
  expect(
    shared([
      { a: 1, b: [1] },
      { a: 1, b: [2] },
    ]),
  ).toEqual({ common: { a: 1 }, rest: [{ b: [1] }, { b: [2] }] });
  expect(shared([{ a: 1 }])).toEqual({ common: {}, rest: [{ a: 1 }] });
});
