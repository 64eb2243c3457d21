/**
 * A batch as a list of entries: (slot of the input, target, count). Up to 128 pairs are listed as they come, each with
 * a count of 1. Of a larger batch every distinct pair is one entry, in the order of the slots, and sums over entries
 * are formed in f64, so that rounding errors do not grow with the batch.
 */
import { word, words } from "./memory";
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
  const end = words(run.batchSize);
  let distinctCount: u32 = 0;
  for (let i: usize = 0; i < end; i += 4) {
    const input = load<u32>(inputs + i);
    let slot = load<u32>(word(slots, input));
    if (slot == 0) {
      store<u32>(word(distinct, distinctCount), input);
      store<u32>(word(counts, distinctCount), 1);
      distinctCount++;
      store<u32>(word(slots, input), distinctCount);
      slot = distinctCount;
    } else {
      const at = word(counts, slot - 1);
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
  for (let j: usize = 0; j < words(run.distinctCount); j += 4) {
    store<u32>(starts + j, before);
    before += load<u32>(run.counts + j);
  }
  for (let i: usize = 0; i < words(run.batchSize); i += 4) {
    const start = word(starts, load<u32>(run.entrySlots + i));
    const place = load<u32>(start);
    store<u32>(start, place + 1);
    store<u32>(word(targets, place), load<u32>(run.targets + i));
  }
  // a slot's start is now where its pairs end; entries overwrite pairs already read
  let entries: u32 = 0;
  let from: usize = 0;
  for (let j: u32 = 0; j < run.distinctCount; j++) {
    const start = word(starts, j);
    const end = words(load<u32>(start));
    store<u32>(start, entries);
    for (let i = from; i < end; i += 4) {
      const cell = word(table, load<u32>(targets + i));
      store<u32>(cell, load<u32>(cell) + 1);
    }
    for (let i = from; i < end; i += 4) {
      const target = load<u32>(targets + i);
      const cell = word(table, target);
      const times = load<u32>(cell);
      if (times == 0) continue;
      store<u32>(cell, 0);
      const at = words(entries);
      store<u32>(run.entrySlots + at, j);
      store<u32>(targets + at, target);
      store<u32>(run.entryCounts + at, times);
      entries++;
    }
    from = end;
  }
  store<u32>(word(starts, run.distinctCount), entries);
  run.entryCount = entries;
}

export function releaseInputs(run: Run): void {
  for (let j: usize = 0; j < words(run.distinctCount); j += 4)
    store<u32>(word(run.slots, load<u32>(run.distinct + j)), 0);
}

/** Chains the entries from `first` to before `end` by their targets; releaseTargets clears the heads. */
export function linkTargets(run: Run, first: u32, end: u32): void {
  // from the last entry to the first, so that a walk along a chain meets them in order
  for (let i = end; i > first; i--) {
    const at = words(i - 1);
    const head = word(run.targetHeads, load<u32>(run.entryTargets + at));
    store<u32>(run.entryNext + at, load<u32>(head));
    store<u32>(head, i);
  }
}

export function releaseTargets(run: Run, first: u32, end: u32): void {
  for (let i = words(first); i < words(end); i += 4)
    store<u32>(word(run.targetHeads, load<u32>(run.entryTargets + i)), 0);
}
