/** What a report finds: the claims of the post as one family of tests, and the findings beyond it as another. */
import { found, type JudgedClaim, judgeFamily } from "../analysis/family.js";
import type { Claim } from "../analysis/verdict.js";
import type { JudgedFinding } from "../experiments/experiment.js";
import type { ReportedClaim } from "./claims.js";
import type { AnalysedExperiment } from "./content.js";

/** A finding and the experiment that it is of. */
export interface ReportedFinding extends JudgedFinding {
  experiment: AnalysedExperiment;
  /** Whether chance is excluded for all findings together. */
  isFound: boolean;
}

export interface Verdicts {
  claims: JudgedClaim<ReportedClaim>[];
  findings: ReportedFinding[];
}

/** A finding needs all that it rests on. */
const chance = (restsOn: readonly Claim[]): number => Math.max(0, ...restsOn.map(({ p }) => p.holds));

export function verdictsOf(experiments: readonly AnalysedExperiment[]): Verdicts {
  const ofThePost = experiments.filter(({ part }) => part === "post");
  const findings = experiments.flatMap((experiment) =>
    experiment.findings.map((finding) => ({ experiment, ...finding })),
  );
  const isFound = found(findings.map(({ restsOn }) => chance(restsOn)));
  return {
    claims: judgeFamily(ofThePost.flatMap(({ claims }) => claims)),
    findings: findings.map((finding, i) => ({ ...finding, isFound: isFound[i] })),
  };
}
