/** The worker, but every third run or so ends its thread, at its start or halfway. */
import runTask from "../../dist/worker.js";

export default async function crashing(task) {
  const dice = Math.random();
  if (dice < 0.15) process.exit(9);
  if (dice < 0.3) setTimeout(() => process.exit(9), 2);
  return runTask(task);
}
