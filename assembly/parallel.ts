/**
 * Work shared among the threads of a run. The caller (thread 0) publishes a loop of numbered items; every thread takes the
 * next item until none is left. Items write apart from each other and their partial results are added by number afterwards,
 * so that it does not matter who did what. Without the threads feature everything here is a loop over the items.
 *
 * The control block, a cache line each: a word with the loop's number (upper 24 bits) and its count of threads (lower 8),
 * from which alone a thread knows whether it has a part in that loop; the loop's body and its items; the next item; threads
 * still at work; threads asleep; whether the caller is asleep. A thread that traps or is ended never finishes its loop: the
 * host notices, and ends all threads (src/backend/wasm/threads.ts).
 */
import { Run } from "./run";

/** What is done for one item, on one of the run's threads. */
export type Body = (run: Run, item: u32, thread: u32) => void;

const WORD: usize = 0;
const BODY: usize = 64;
const ITEMS: usize = 68;
const NEXT: usize = 128;
const PENDING: usize = 192;
const ASLEEP: usize = 256;
const CALLER_ASLEEP: usize = 320;
/** Reads of a word before sleeping on it: some tens of microseconds, as long as the caller's own work takes. */
const SPINS: u32 = 20000;

/** Does `body` for the items 0 … items − 1, on all threads. */
export function parallelFor(run: Run, items: u32, body: Body): void {
  // every thread has an instance of the same module, and therefore the same table of functions
  const index = body.index;
  if (ASC_FEATURE_THREADS) {
    if (run.threads > 1 && items > 1) {
      publish(run, index, items);
      takeItems(run, index, items, 0);
      awaitThreads(run);
      return;
    }
  }
  for (let item: u32 = 0; item < items; item++) call_indirect<void>(index, run, item, <u32>0);
}

function publish(run: Run, body: u32, items: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  const control = run.control;
  store<u32>(control + BODY, body);
  store<u32>(control + ITEMS, items);
  atomic.store<u32>(control + NEXT, 0);
  atomic.store<u32>(control + PENDING, run.threads - 1);
  atomic.store<u32>(control + WORD, (((load<u32>(control + WORD) >> 8) + 1) << 8) | run.threads);
  if (atomic.load<u32>(control + ASLEEP) > 0) atomic.notify(control + WORD, -1);
}

function takeItems(run: Run, body: u32, items: u32, thread: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  for (;;) {
    const item = atomic.add<u32>(run.control + NEXT, 1);
    if (item >= items) return;
    call_indirect<void>(body, run, item, thread);
  }
}

function awaitThreads(run: Run): void {
  if (!ASC_FEATURE_THREADS) return;
  const control = run.control;
  for (let spins: u32 = 0; atomic.load<u32>(control + PENDING) != 0; spins++) {
    if (spins < SPINS) continue;
    atomic.store<u32>(control + CALLER_ASLEEP, 1);
    const pending = atomic.load<u32>(control + PENDING);
    if (pending) park(control + PENDING, pending);
    atomic.store<u32>(control + CALLER_ASLEEP, 0);
  }
}

/**
 * Atomics.wait on the word at `address` while it is `expected`. The host's and not memory.atomic.wait32: the baseline
 * compiler of V8 11.3 (Node 20) takes a wrong memory for what a function loads or stores after waiting.
 */
@external("env", "park")
declare function park(address: usize, expected: u32): void;

/** Sleeps until the word is no longer `seen`. */
function sleep(control: usize, seen: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  atomic.add<u32>(control + ASLEEP, 1);
  park(control + WORD, seen);
  atomic.sub<u32>(control + ASLEEP, 1);
}

/** The endless loop of threads 1, 2, …: waits for a loop, works on it. */
export function serve(run: Run, thread: u32): void {
  if (!ASC_FEATURE_THREADS) return;
  const control = run.control;
  let seen: u32 = 0;
  for (;;) {
    let word = atomic.load<u32>(control + WORD);
    for (let spins: u32 = 0; word == seen; spins++) {
      if (spins >= SPINS) {
        sleep(control, seen);
        spins = 0;
      }
      word = atomic.load<u32>(control + WORD);
    }
    seen = word;
    // a loop of n threads is for threads 0 … n − 1; for others it may be over by now
    if (thread >= (word & 255)) continue;
    const body = load<u32>(control + BODY);
    takeItems(run, body, load<u32>(control + ITEMS), thread);
    finish(run);
  }
}

function finish(run: Run): void {
  if (!ASC_FEATURE_THREADS) return;
  const control = run.control;
  if (atomic.sub<u32>(control + PENDING, 1) == 1 && atomic.load<u32>(control + CALLER_ASLEEP))
    atomic.notify(control + PENDING, 1);
}
