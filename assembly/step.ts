import { BATCH, SCALARS } from "../src/kernel/constants";
import { groupPairs, releaseInputs } from "./batch";
import { batchStep } from "./batchStep";
import { combinedStep } from "./combined";
import { exactStep } from "./exact";
import { double } from "./memory";
import { streamKey } from "./random";
import { Run } from "./run";
import { drawPairs } from "./source";

/**
 * `count` steps, on drawn batches or exact gradients. scalars: the optimizer's, SCALARS f64 a step. Returns the steps done:
 * fewer when a loss was not finite.
 */
export function advance(run: Run, count: u32, scalars: usize): u32 {
  for (let i: u32 = 0; i < count; i++) {
    if (!run.exact) {
      const key = streamKey(u64(run.seed), BATCH, u64(run.step));
      drawPairs(run, run.inputs, run.targets, run.batchSize, key, 0);
    }
    if (!step(run, double(scalars, i * SCALARS))) return i;
  }
  return count;
}

/** One update, on the batch in run.inputs and run.targets. False, with nothing updated, when the loss is not finite. */
export function step(run: Run, scalars: usize): bool {
  run.scalars = scalars;
  if (run.exact) return exactStep(run);
  groupPairs(run);
  const finite = run.combined ? combinedStep(run) : batchStep(run);
  releaseInputs(run);
  return finite;
}
