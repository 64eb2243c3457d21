/** The question that a run answers: its vocabulary and its data. Excess losses of two questions are not compared. */
import { parseConfig, type RunConfig } from "../config.js";
import { sortKeys } from "../sortKeys.js";

export interface Question extends Pick<RunConfig, "vocabSize" | "distribution"> {
  /** None with a corpus. */
  targets: RunConfig["targets"];
}

/** Complete, whichever version wrote the config; as it stands in one of a later version. */
export function questionOf({ vocabSize, distribution, targets }: RunConfig): Question {
  const own = { vocabSize, distribution, ...(targets === undefined ? {} : { targets }) };
  try {
    const complete = parseConfig(own);
    return { vocabSize, distribution: complete.distribution, targets: complete.targets };
  } catch {
    return { vocabSize, distribution, targets };
  }
}

/** What one question is told from another by. */
export const questionKey = (config: RunConfig): string => JSON.stringify(sortKeys(questionOf(config)));
