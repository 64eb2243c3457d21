/** The worker, but runs of seed 1 always end their thread, and runs of seed 2 throw. */
import runTask from "../../dist/worker.js";

export default async function failing(task) {
  if (task.config.seed === 1) process.exit(3);
  if (task.config.seed === 2) throw new Error("seed 2 does not work\nsecond line");
  return runTask(task);
}
