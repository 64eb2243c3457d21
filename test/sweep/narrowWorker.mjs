/**
 * A machine with room for one run at a time: the worker finds no memory beside another run, and for runs of seed 3 never.
 * Runs of seed 4 find no descriptor beside another run, those of seed 5 never.
 */
import { setTimeout as sleep } from "node:timers/promises";
import runTask from "../../dist/worker.js";

/** As in task.ts. */
const [WORDS, STEP, NOT_BEGUN] = [4, 0, -1];

export default async function narrow(task) {
  const { control, slot, config } = task;
  const at = (other) => WORDS * other + STEP;
  const outcome = (cause, message) => ({
    result: null,
    trouble: { cause, message },
    resumedFrom: 0,
    checkpointed: false,
    warnings: [],
  });
  Atomics.store(control, at(slot), 0);
  // so that runs that start together see each other
  await sleep(30);
  try {
    let beside = false;
    for (let other = 0; other < control.length / WORDS; other++)
      if (other !== slot && Atomics.load(control, at(other)) !== NOT_BEGUN) beside = true;
    if (config.seed === 5 || (config.seed === 4 && beside))
      return outcome("machine", "EMFILE: too many open files");
    if (config.seed === 3 || beside) return outcome("memory", "this run takes 5 bytes, more than is at hand");
    return await runTask(task);
  } finally {
    Atomics.store(control, at(slot), NOT_BEGUN);
  }
}
