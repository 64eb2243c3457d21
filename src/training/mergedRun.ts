/** The runs of several trainers at once, their records as they come. */
import type { RunOptions } from "./options.js";
import type { TrainingRecord } from "./record.js";
import type { Trainer } from "./trainer.js";

/** A record of one member, named by its place in the ensemble. */
export interface EnsembleRecord {
  member: number;
  record: TrainingRecord;
}

/** What ends the members' runs when whoever asked for their records has left. */
const STOP = new Error("the run was left");

/**
 * @param left records that are given first; where the run is left, those that it came to and did not give
 */
export async function* mergedRun(
  members: readonly Trainer[],
  left: EnsembleRecord[],
  { signal, milliseconds, onProgress }: RunOptions,
): AsyncGenerator<EnsembleRecord> {
  let done = members.reduce((sum, { stepCount }) => sum + stepCount, 0);
  let failure: { reason: unknown } | undefined;
  let isStopped = false;
  let running = members.length;
  /** Who waits until the records in `left` are taken. */
  let waiting: (() => void)[] = [];
  let wake = () => {};

  const follow = async (trainer: Trainer, member: number) => {
    let before = trainer.stepCount;
    const progress = async (step: number) => {
      done += step - before;
      before = step;
      await onProgress?.(done);
      if (isStopped) throw STOP;
    };
    try {
      for await (const record of trainer.run({ signal, milliseconds, onProgress: progress })) {
        left.push({ member, record });
        if (isStopped) return;
        const taken = new Promise<void>((resolve) => waiting.push(resolve));
        wake();
        await taken;
        if (isStopped) return;
      }
    } catch (reason) {
      if (reason !== STOP) failure ??= { reason };
    } finally {
      running--;
      wake();
    }
  };

  const release = () => {
    const released = waiting;
    waiting = [];
    for (const go of released) go();
  };
  const followed = members.map(follow);
  try {
    for (;;) {
      while (left.length > 0) yield left.shift() as EnsembleRecord;
      if (failure) throw failure.reason;
      // all at once, so that they go on together
      if (waiting.length > 0) release();
      else if (running === 0) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    isStopped = true;
    release();
    await Promise.all(followed);
  }
}
