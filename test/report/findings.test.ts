import { expect, test } from "vitest";
import type { AnalysedExperiment } from "../../src/report/content.js";
import { findingsText as textOf } from "../../src/report/findings.js";
import { verdictsOf } from "../../src/report/verdicts.js";

const claim = (quantity: string, verdict: "holds" | "fails") => ({
  ...{ experiment: "e", claim: "c", quantity, whose: "ours", post: null, verdict },
  measured: { mean: 1, standardDeviation: 0.1, seeds: 5 },
  ...{ rule: "r", falsifiedBy: "f", sampledOver: "draws", claimVerdict: null },
  ...{ kind: "order" as const, asks: "above 0", noticed: 0.2, p: { holds: 0.001, fails: 0.999 } },
});
const findingsText = (experiments: AnalysedExperiment[], profile: Parameters<typeof textOf>[2]) =>
  textOf(experiments, verdictsOf(experiments).findings, profile);
const experiment = (parts: Partial<AnalysedExperiment>): AnalysedExperiment => ({
  ...{ name: "sticky-plateau", part: "beyond", title: "t", summary: "", source: null, seeds: 5 },
  ...{
    sampledOver: "draws",
    conditions: [],
    claims: [],
    agreements: [],
    findings: [],
    figures: [],
    left: [],
    thumbnails: new Map(),
  },
  ...parts,
});
const strict = { quick: false, arithmetic: "strict" as const };

test("no findings, no file", () => {
  expect(findingsText([experiment({})], strict)).toBeUndefined();
});

test("what is borne out has its number and its command; what is not says which claim it lacks", () => {
  const text = findingsText(
    [
      experiment({
        findings: [
          { sentence: "A lag lasts.", restsOn: [], without: [], afterwards: true },
          { sentence: "It grows.", restsOn: [], without: [claim("lag at 0.1", "fails")], afterwards: false },
        ],
      }),
      experiment({
        name: "beta-window",
        seeds: 3,
        findings: [{ sentence: "β depends.", restsOn: [], without: [], afterwards: false }],
      }),
    ],
    { ...strict, quick: true },
  ) as string;
  expect(text).toMatch(/^<!-- findings of unigram-lab \d/);
  expect(text).toContain("of the quick profile");
  expect(text).toContain("The 3 findings are one family");
  expect(text).toContain(
    "1. A lag lasts. (*) `npx unigram-lab reproduce sticky-plateau --seeds 5 --quick`\n",
  );
  expect(text).toContain("2. β depends. `npx unigram-lab reproduce beta-window --seeds 3 --quick`\n");
  expect(text).toContain("(*) A claim of it was framed after a first look at these runs");
  expect(text.split("## Not borne out by these runs")[1]).toContain("- It grows. But: lag at 0.1 (fails).");
});

test("other programs' values stand beside ours, and those that differ are marked", () => {
  const row = (standardErrors: number | null) => ({
    quantity: "L | H",
    by: "PyTorch 1.13",
    theirs: { mean: 0.5, standardDeviation: 0.01, seeds: 3 },
    ours: { mean: 0.6, standardDeviation: 0.02, seeds: 5 },
    standardErrors,
    why: standardErrors === null ? undefined : "the drawing",
  });
  const text = findingsText(
    [
      experiment({
        findings: [{ sentence: "A.", restsOn: [], without: [], afterwards: false }],
        agreements: [row(2.94), row(-3.04), row(null)],
      }),
    ],
    strict,
  ) as string;
  expect(text).toContain("1 of 2 lie within 3 standard errors");
  expect(text).toContain("| L \\| H | PyTorch 1.13, 3 seeds | 0.5 ± 0.01 | 0.6 ± 0.02 (5 seeds) | 2.9 |");
  expect(text).toContain(
    "| L \\| H<br>the drawing | PyTorch 1.13, 3 seeds | 0.5 ± 0.01 | 0.6 ± 0.02 (5 seeds) | −3.0 ** |",
  );
  expect(text).toContain("| −3.0 ** |");
});
