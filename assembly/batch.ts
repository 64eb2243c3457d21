import { Run } from "./run";

/** Groups the pairs of the batch by distinct input and by target; ungroupBatch clears what this wrote into V-sized tables. */
export function groupBatch(run: Run): void {
  const slots = run.slots;
  let distinctCount: u32 = 0;
  for (let i: usize = 0; i < <usize>run.batchSize << 2; i += 4) {
    const input = load<u32>(run.inputs + i);
    const slot = load<u32>(slots + (<usize>input << 2));
    if (slot == 0) {
      store<u32>(run.distinct + (<usize>distinctCount << 2), input);
      store<u32>(run.counts + (<usize>distinctCount << 2), 1);
      distinctCount++;
      store<u32>(slots + (<usize>input << 2), distinctCount);
    } else {
      const at = run.counts + (<usize>(slot - 1) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  run.distinctCount = distinctCount;
  // from the last pair to the first, so that a walk along a list meets the pairs in order
  for (let i = run.batchSize; i > 0; i--) {
    const at = <usize>(i - 1) << 2;
    const head = run.targetHeads + (<usize>load<u32>(run.targets + at) << 2);
    store<u32>(run.targetNext + at, load<u32>(head));
    store<u32>(head, i);
  }
}

export function ungroupBatch(run: Run): void {
  for (let i: usize = 0; i < <usize>run.batchSize << 2; i += 4) {
    store<u32>(run.slots + (<usize>load<u32>(run.inputs + i) << 2), 0);
    store<u32>(run.targetHeads + (<usize>load<u32>(run.targets + i) << 2), 0);
  }
}
