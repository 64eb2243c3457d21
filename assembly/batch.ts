import { Run } from "./run";

/** Lists the distinct inputs of the batch and counts them; releaseInputs clears what this wrote into V-sized tables. */
export function groupInputs(run: Run): void {
  const slots = run.slots;
  const counts = run.counts;
  let distinctCount: u32 = 0;
  for (let i: usize = 0; i < <usize>run.batchSize << 2; i += 4) {
    const input = load<u32>(run.inputs + i);
    const slot = load<u32>(slots + (<usize>input << 2));
    if (slot == 0) {
      store<u32>(run.distinct + (<usize>distinctCount << 2), input);
      store<u32>(counts + (<usize>distinctCount << 2), 1);
      distinctCount++;
      store<u32>(slots + (<usize>input << 2), distinctCount);
    } else {
      const at = counts + (<usize>(slot - 1) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  run.distinctCount = distinctCount;
}

export function releaseInputs(run: Run): void {
  for (let j: usize = 0; j < <usize>run.distinctCount << 2; j += 4)
    store<u32>(run.slots + (<usize>load<u32>(run.distinct + j) << 2), 0);
}

/** Chains the pairs of each target; releaseTargets clears the heads. */
export function linkTargets(run: Run): void {
  // from the last pair to the first, so that a walk along a chain meets the pairs in order
  for (let i = run.batchSize; i > 0; i--) {
    const at = <usize>(i - 1) << 2;
    const head = run.targetHeads + (<usize>load<u32>(run.targets + at) << 2);
    store<u32>(run.targetNext + at, load<u32>(head));
    store<u32>(head, i);
  }
}

export function releaseTargets(run: Run): void {
  for (let i: usize = 0; i < <usize>run.batchSize << 2; i += 4)
    store<u32>(run.targetHeads + (<usize>load<u32>(run.targets + i) << 2), 0);
}
