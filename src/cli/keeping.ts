/** Keeps a run while it goes, and says so: what is on disk, how often, and what is not. */
import type { TrainingRecord } from "../training/record.js";
import type { RunCheckpoint } from "./runCheckpoint.js";

interface Keeping {
  /** Writes a checkpoint; that it cannot be written ends nothing. */
  keep(): Promise<void>;
  /** The same when one is due. */
  keepWhenDue(): Promise<void>;
}

/**
 * @param options.records all records so far; undefined where not all are known
 * @param options.tell takes a line
 * @param options.command what goes on from the checkpoint
 */
export function keeping(
  checkpoint: RunCheckpoint,
  {
    records,
    tell,
    command,
  }: {
    records: () => readonly TrainingRecord[] | undefined;
    tell: (line: string) => void;
    command: () => string;
  },
): Keeping {
  /** What was said since the last one that was written. */
  const failures = new Set<string>();
  /** Seconds between two checkpoints, as they were last said. */
  let said = 0;

  const write = async (): Promise<boolean> => {
    try {
      await checkpoint.write(records());
      failures.clear();
      return true;
    } catch (error) {
      const { message } = error as Error;
      const last = checkpoint.step === undefined ? "" : `, the last one is of step ${checkpoint.step}`;
      if (!failures.has(message)) tell(`no checkpoint of this run${last}: ${message}`);
      failures.add(message);
      return false;
    }
  };

  return {
    async keep() {
      await write();
    },
    async keepWhenDue() {
      if (!checkpoint.due || !(await write())) return;
      const seconds = Math.max(1, Math.round(checkpoint.interval / 1000));
      // large weights take longer than they did when little of the memory was in use
      if (seconds < 2 * said) return;
      said = seconds;
      tell(
        `kept every ${seconds} s in ${checkpoint.path}; should this process end, no more than that is lost, and ${command()} goes on from there`,
      );
    },
  };
}
