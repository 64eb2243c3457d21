/** FINDINGS.md: what lies beyond the post in sentences, each with the command that repeats it, and other programs' numbers beside ours. */
import { agrees, isComparable, MOST_STANDARD_ERRORS } from "../analysis/agreement.js";
import { generator } from "../disk/generator.js";
import type { Profile } from "../experiments/profile.js";
import { decimals } from "../figures/labels.js";
import type { AnalysedExperiment } from "./content.js";
import { oursOf, whyOf } from "./evidence.js";
import { lackOf } from "./firstScreen.js";
import { commandOf } from "./section.js";
import { shownMeasured } from "./shown.js";
import type { ReportedFinding } from "./verdicts.js";

const one = (text: string): string => text.replaceAll("|", "\\|");

/** The text; undefined where no experiment has a finding. No sentence stands without its runs. */
export function findingsText(
  experiments: readonly AnalysedExperiment[],
  found: readonly ReportedFinding[],
  profile: Profile,
): string | undefined {
  if (found.length === 0) return undefined;
  const lack = (finding: ReportedFinding) => lackOf(finding, found.length);
  const borneOut = found.filter((finding) => lack(finding) === undefined);
  const others = found.filter((finding) => lack(finding) !== undefined);
  const compared = experiments.flatMap(({ agreements }) => agreements);
  const lines = [
    `<!-- findings of ${generator()}, made from the runs; not to be edited -->`,
    "# Findings beyond the post",
    "",
    `Numbers are means over seeds with the 95 % interval of the mean. The ${found.length} findings are one family: by Holm's procedure the probability that any that is borne out is a false alarm is at most 5 %.${profile.quick ? " These are of the quick profile: a first look." : ""}`,
    "",
    ...borneOut.map(
      ({ sentence, experiment, afterwards }, i) =>
        `${i + 1}. ${sentence}${afterwards ? " (*)" : ""} \`${commandOf(experiment, profile)}\``,
    ),
  ];
  if (borneOut.some(({ afterwards }) => afterwards))
    lines.push(
      "",
      "(*) A claim of it was framed after a first look at these runs, and is to be weighed accordingly.",
    );
  if (others.length > 0)
    lines.push(
      "",
      "## Not borne out by these runs",
      "",
      ...others.map(
        (finding) =>
          `- ${finding.sentence} But: ${lack(finding)}. \`${commandOf(finding.experiment, profile)}\``,
      ),
    );
  if (compared.length > 0)
    lines.push(
      "",
      "## Beside other programs",
      "",
      `Values that other programs measured in the same settings, mean ± standard deviation over seeds: ${compared.filter(agrees).length} of ${compared.filter(isComparable).length} lie within ${MOST_STANDARD_ERRORS} standard errors of the difference; those that do not are marked ** and say why. Theirs are mostly of one drawing of the data; where ours are of several, their spread is larger, and the test is weaker.`,
      "",
      "| quantity | measured by | theirs | ours | difference, standard errors |",
      "| --- | --- | --- | --- | --- |",
      ...compared.map(
        (row) =>
          `| ${one(row.quantity)}${whyOf(row) === undefined ? "" : `<br>${one(whyOf(row) as string)}`} | ${one(row.by)}, ${row.theirs.seeds} seeds | ${shownMeasured(row.theirs)} | ${oursOf(row)} | ${row.standardErrors === null ? "–" : decimals(row.standardErrors, 1)}${agrees(row) || !isComparable(row) ? "" : " **"} |`,
      ),
    );
  return `${lines.join("\n")}\n`;
}
