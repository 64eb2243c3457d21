/**
 * A step shared among threads. The caller (member 0) publishes a job of numbered items; every member takes the next item
 * until none is left. Items write apart from each other and their partial results are added by number afterwards, so that
 * it does not matter who did what. Without the threads feature everything here is a loop over the items.
 *
 * The control block, a cache line each: a word with the job's count (upper 24 bits) and its members (lower 8), so that a
 * thread which is not a member of a job can never mistake it for one; the job and its items; the next item; members still at
 * work; members asleep; whether the caller is. A thread that traps or is ended finishes nothing: the host hears of it, and
 * ends all of them (src/backend/wasm/crew.ts).
 */
import { columnLogits, updateColumns } from "./combined";
import { lossesOfBlock } from "./population";
import { Run } from "./run";
import { pairsOfBlock } from "./symmetric";
import { accumulateChunk, forwardSegment, maximaOfSegment, updateChunk } from "./step";

export const FORWARD: u32 = 0;
export const ACCUMULATE: u32 = 1;
export const UPDATE: u32 = 2;
export const COLUMN_LOGITS: u32 = 3;
export const COLUMN_UPDATE: u32 = 4;
export const EVALUATE: u32 = 5;
export const MAXIMA: u32 = 6;
export const EVALUATE_PAIRS: u32 = 7;

const WORD: usize = 0;
const JOB: usize = 64;
const ITEMS: usize = 68;
const NEXT: usize = 128;
const PENDING: usize = 192;
const ASLEEP: usize = 256;
const CALLER_ASLEEP: usize = 320;
/** Looks at a word before going to sleep over it: some tens of microseconds, as long as the caller's own work takes. */
const SPINS: u32 = 20000;

function perform(run: Run, job: u32, item: u32, member: u32): void {
  if (job == FORWARD) forwardSegment(run, item);
  else if (job == ACCUMULATE) accumulateChunk(run, item, member);
  else if (job == UPDATE) updateChunk(run, item, member);
  else if (job == COLUMN_LOGITS) columnLogits(run, item, member);
  else if (job == COLUMN_UPDATE) updateColumns(run, item, member);
  else if (job == EVALUATE) lossesOfBlock(run, item, member);
  else if (job == MAXIMA) maximaOfSegment(run, item);
  else if (job == EVALUATE_PAIRS) pairsOfBlock(run, item, member);
}

/** Does all items of a job, on all members. */
export function share(run: Run, job: u32, items: u32): void {
  if (ASC_FEATURE_THREADS) {
    if (run.members > 1 && items > 1) {
      publish(run, job, items);
      takeItems(run, job, items, 0);
      awaitMembers(run);
      return;
    }
  }
  for (let item: u32 = 0; item < items; item++) perform(run, job, item, 0);
}

function publish(run: Run, job: u32, items: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  const crew = run.crew;
  store<u32>(crew + JOB, job);
  store<u32>(crew + ITEMS, items);
  atomic.store<u32>(crew + NEXT, 0);
  atomic.store<u32>(crew + PENDING, run.members - 1);
  atomic.store<u32>(crew + WORD, (((load<u32>(crew + WORD) >> 8) + 1) << 8) | run.members);
  if (atomic.load<u32>(crew + ASLEEP) > 0) atomic.notify(crew + WORD, -1);
}

function takeItems(run: Run, job: u32, items: u32, member: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  for (;;) {
    const item = atomic.add<u32>(run.crew + NEXT, 1);
    if (item >= items) return;
    perform(run, job, item, member);
  }
}

function awaitMembers(run: Run): void {
  if (!ASC_FEATURE_THREADS) return;
  const crew = run.crew;
  for (let spins: u32 = 0; atomic.load<u32>(crew + PENDING) != 0; spins++) {
    if (spins < SPINS) continue;
    atomic.store<u32>(crew + CALLER_ASLEEP, 1);
    const pending = atomic.load<u32>(crew + PENDING);
    if (pending) park(crew + PENDING, pending);
    atomic.store<u32>(crew + CALLER_ASLEEP, 0);
  }
}

/**
 * Atomics.wait on the word at `address` while it is `expected`. The host's and not memory.atomic.wait32: the baseline
 * compiler of V8 11.3 (Node 20) takes a wrong memory for what a function loads or stores after waiting.
 */
@external("env", "park")
declare function park(address: usize, expected: u32): void;

/** Sleeps until there is another word than `seen`. */
function sleep(crew: usize, seen: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  atomic.add<u32>(crew + ASLEEP, 1);
  park(crew + WORD, seen);
  atomic.sub<u32>(crew + ASLEEP, 1);
}

/** What a thread of the crew does, until its host ends it. */
export function serve(run: Run, member: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  const crew = run.crew;
  let seen: u32 = 0;
  for (;;) {
    let word = atomic.load<u32>(crew + WORD);
    for (let spins: u32 = 0; word == seen; spins++) {
      if (spins >= SPINS) {
        sleep(crew, seen);
        spins = 0;
      }
      word = atomic.load<u32>(crew + WORD);
    }
    seen = word;
    // a job of fewer members than this one's number is not for it, and may be over by now
    if (member >= (word & 255)) continue;
    const job = load<u32>(crew + JOB);
    takeItems(run, job, load<u32>(crew + ITEMS), member);
    finish(run);
  }
}

function finish(run: Run): void {
  if (!ASC_FEATURE_THREADS) return;
  const crew = run.crew;
  if (atomic.sub<u32>(crew + PENDING, 1) == 1 && atomic.load<u32>(crew + CALLER_ASLEEP)) atomic.notify(crew + PENDING, 1);
}
