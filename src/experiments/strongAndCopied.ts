/** Whether what the post expects of its data is seen with topics and copies too: a pause at the unigram entropy, a lag. */
import type { Experiment } from "./experiment.js";
import { armConditions, descentCondition, descentsOf, settingsOf } from "./strongAndCopiedRuns.js";

const name = "strong-and-copied";

export const strongAndCopied: Experiment = {
  name,
  part: "beyond",
  title: "Strong and copied structure",
  summary: "",
  source: null,
  seeds: 3,
  sampledOver: "initialisations and draws",
  conditions: (quick) => [
    ...settingsOf(quick).flatMap(armConditions),
    ...descentsOf(quick).map((it) => descentCondition(it, quick)),
  ],
  claims: () => [],
  figures: () => [],
};
