import type { RunResult } from "../sweep/result.js";
import { crossingStep } from "./crossing.js";

/**
 * What a run has captured of the input, in nats, when its loss falls below the unigram entropy H; null for one that does not,
 * or is there from the start. L = H + KL(p‖q̄) − captured, so that it is then as much as the run still lacks of the unigram
 * distribution: 0 for a run that comes to the unigram solution.
 */
export function capturedAtEntropy({ records }: RunResult): number | null {
  const step = crossingStep(records, ({ unigramExcess }) => unigramExcess ?? null);
  const after = records.findIndex((record) => step !== null && record.step >= step);
  const [from, to] = [records[after - 1], records[after]];
  if (step === null || typeof from?.capturedInformation !== "number") return null;
  if (typeof to.capturedInformation !== "number") return null;
  const share = (step - from.step) / (to.step - from.step);
  return (1 - share) * from.capturedInformation + share * to.capturedInformation;
}
