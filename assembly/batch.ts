/**
 * A batch as a list of entries: (slot of the input, target, count). Up to 128 pairs are listed as they come, each with a count
 * of 1. Of a larger batch every distinct pair is one entry, in the order of the slots, and sums over entries are formed in
 * f64, so that rounding errors do not grow with the batch.
 */
import { Run } from "./run";

/** Lists the distinct inputs and the entries; releaseInputs clears what this wrote into V-sized tables. */
export function groupPairs(run: Run): void {
  groupInputs(run);
  // for an uncounted batch the host has set entryCount, and all counts to 1
  if (run.counted) countPairs(run);
}

/** The distinct inputs in the order of their appearance, their counts, and the slot of every pair. */
function groupInputs(run: Run): void {
  const slots = run.slots;
  const counts = run.counts;
  const inputs = run.inputs;
  const distinct = run.distinct;
  const entrySlots = run.entrySlots;
  const end = <usize>run.batchSize << 2;
  let distinctCount: u32 = 0;
  for (let i: usize = 0; i < end; i += 4) {
    const input = load<u32>(inputs + i);
    let slot = load<u32>(slots + (<usize>input << 2));
    if (slot == 0) {
      store<u32>(distinct + (<usize>distinctCount << 2), input);
      store<u32>(counts + (<usize>distinctCount << 2), 1);
      distinctCount++;
      store<u32>(slots + (<usize>input << 2), distinctCount);
      slot = distinctCount;
    } else {
      const at = counts + (<usize>(slot - 1) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    store<u32>(entrySlots + i, slot - 1);
  }
  run.distinctCount = distinctCount;
}

/** Entries of a large batch: a counting sort by slot, then each slot's targets counted in a table of the vocabulary. */
function countPairs(run: Run): void {
  const starts = run.entryStarts;
  const targets = run.entryTargets;
  const table = run.targetHeads;
  let before: u32 = 0;
  for (let j: usize = 0; j < <usize>run.distinctCount << 2; j += 4) {
    store<u32>(starts + j, before);
    before += load<u32>(run.counts + j);
  }
  for (let i: usize = 0; i < <usize>run.batchSize << 2; i += 4) {
    const start = starts + (<usize>load<u32>(run.entrySlots + i) << 2);
    const place = load<u32>(start);
    store<u32>(start, place + 1);
    store<u32>(targets + (<usize>place << 2), load<u32>(run.targets + i));
  }
  // a slot's start is now where its pairs end; entries overwrite pairs that were read
  let entries: u32 = 0;
  let from: usize = 0;
  for (let j: u32 = 0; j < run.distinctCount; j++) {
    const start = starts + (<usize>j << 2);
    const end = <usize>load<u32>(start) << 2;
    store<u32>(start, entries);
    for (let i = from; i < end; i += 4) {
      const cell = table + (<usize>load<u32>(targets + i) << 2);
      store<u32>(cell, load<u32>(cell) + 1);
    }
    for (let i = from; i < end; i += 4) {
      const target = load<u32>(targets + i);
      const cell = table + (<usize>target << 2);
      const times = load<u32>(cell);
      if (times == 0) continue;
      store<u32>(cell, 0);
      const at = <usize>entries << 2;
      store<u32>(run.entrySlots + at, j);
      store<u32>(targets + at, target);
      store<u32>(run.entryCounts + at, times);
      entries++;
    }
    from = end;
  }
  store<u32>(starts + (<usize>run.distinctCount << 2), entries);
  run.entryCount = entries;
}

export function releaseInputs(run: Run): void {
  for (let j: usize = 0; j < <usize>run.distinctCount << 2; j += 4)
    store<u32>(run.slots + (<usize>load<u32>(run.distinct + j) << 2), 0);
}

/** Chains the entries from `first` to before `end` by their targets; releaseTargets clears the heads. */
export function linkTargets(run: Run, first: u32, end: u32): void {
  // from the last entry to the first, so that a walk along a chain meets them in order
  for (let i = end; i > first; i--) {
    const at = <usize>(i - 1) << 2;
    const head = run.targetHeads + (<usize>load<u32>(run.entryTargets + at) << 2);
    store<u32>(run.entryNext + at, load<u32>(head));
    store<u32>(head, i);
  }
}

export function releaseTargets(run: Run, first: u32, end: u32): void {
  for (let i = <usize>first << 2; i < <usize>end << 2; i += 4)
    store<u32>(run.targetHeads + (<usize>load<u32>(run.entryTargets + i) << 2), 0);
}
