/** A run that goes on by itself when its device is lost. */
import { setTimeout } from "node:timers/promises";
import { DeviceLost } from "../backend/backend.js";
import type { RunOptions } from "../training/options.js";
import type { TrainingRecord } from "../training/record.js";
import type { Trainer } from "../training/trainer.js";

/** Times that a device is looked for before the run ends with its loss, and milliseconds between two that found none. */
const TRIES = 3;
const PAUSE = 1000;

/**
 * The run's records, each once. On another device it begins afresh, and so do its records.
 * @param options.onAfresh told before the first of them
 * @param options.tell takes a line on what became of the device; on stderr when left out
 * @throws DeviceLost once it was looked for a device so many times
 */
export async function* reopened(
  trainer: Trainer,
  {
    onAfresh,
    tell = (line) => void process.stderr.write(`${line}\n`),
    ...options
  }: RunOptions & { onAfresh: () => void; tell?: (line: string) => void },
): AsyncGenerator<TrainingRecord> {
  let last: TrainingRecord | undefined;
  // at the step of its last record a run may still diverge
  const isNew = ({ step, diverged }: TrainingRecord) =>
    !last || step > last.step || (step === last.step && diverged && !last.diverged);
  let tries = TRIES;
  for (;;) {
    try {
      for await (const record of trainer.run(options)) {
        if (!isNew(record)) continue;
        last = record;
        yield record;
      }
      return;
    } catch (error) {
      if (!(error instanceof DeviceLost)) throw error;
      let found: Awaited<ReturnType<Trainer["reopen"]>> | undefined;
      while (!found && tries-- > 0)
        found = await trainer.reopen().catch(() => (tries > 0 ? setTimeout(PAUSE, undefined) : undefined));
      if (!found) throw error;
      const { step, afresh } = found;
      const where = afresh ? `begins afresh on ${trainer.computedBy?.adapter}` : "goes on";
      tell(`${error.message}: the run ${where}, at step ${step}`);
      if (!afresh) continue;
      last = undefined;
      onAfresh();
    }
  }
}
