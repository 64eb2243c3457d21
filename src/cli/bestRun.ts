/** The best of the runs that answer one question: excess losses of other vocabularies or data are no better or worse. */
import type { RunConfig } from "../config.js";
import type { RunResult } from "../sweep/result.js";

type Ended = Pick<RunResult, "config" | "records" | "divergedAt">;

export interface Best {
  config: RunConfig;
  excessLoss: number;
}

/** Excess loss at the end of a run that ended well: neither diverged nor above where it began. */
export function soundExcess({ records, divergedAt }: Ended): number | null {
  const [first, last] = [records.at(0), records.at(-1)];
  if (divergedAt !== null || !first || !last || last.excessLoss === null) return null;
  const exploded = first.excessLoss !== null && last.excessLoss > first.excessLoss;
  return exploded ? null : last.excessLoss;
}

const questionOf = ({ vocabSize, distribution, targets }: RunConfig): string =>
  JSON.stringify([vocabSize, distribution, targets]);

export class BestRuns {
  readonly #best = new Map<string, Best>();

  add(result: Ended): void {
    const excessLoss = soundExcess(result);
    if (excessLoss === null) return;
    const { config } = result;
    const question = questionOf(config);
    const known = this.#best.get(question);
    if (!known || excessLoss < known.excessLoss) this.#best.set(question, { config, excessLoss });
  }

  /** The best of those with this run's vocabulary and data. */
  of(config: RunConfig): Best | undefined {
    return this.#best.get(questionOf(config));
  }
}
