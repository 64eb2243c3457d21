/** The best run of a vocabulary and its data: excess losses of others are neither better nor worse. */
import { isSound } from "../analysis/outcome.js";
import type { RunConfig } from "../config.js";
import { questionKey } from "../report/question.js";
import type { RunResult } from "../sweep/result.js";

type Ended = Pick<RunResult, "config" | "records" | "divergedAt">;

export interface Best {
  config: RunConfig;
  excessLoss: number;
}

export class BestRuns {
  readonly #best = new Map<string, Best>();

  add(result: Ended): void {
    const { config, records } = result;
    const excessLoss = records.at(-1)?.excessLoss ?? null;
    if (excessLoss === null || !isSound(result)) return;
    const question = questionKey(config);
    const known = this.#best.get(question);
    if (!known || excessLoss < known.excessLoss) this.#best.set(question, { config, excessLoss });
  }

  /** The best of those with this run's vocabulary and data. */
  of(config: RunConfig): Best | undefined {
    return this.#best.get(questionKey(config));
  }
}
