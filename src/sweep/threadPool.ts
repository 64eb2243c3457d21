/** Runs on threads, longest first, as many at once as threads and memory allow. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RunConfig } from "../config.js";
import type { RuntimeOptions } from "../training/runtime.js";
import { estimateCost, worthSharing } from "./cost.js";
import type { Computing, Ledger, Waiting } from "./ledger.js";
import { atMost, freeAddresses, freeMemory } from "./memory.js";
import type { PoolOptions } from "./poolOptions.js";
import { CONTROL_WORDS, NOT_BEGUN, type Outcome, type Task, Word } from "./task.js";
import { StartFailure, Thread } from "./thread.js";
import { type Trouble, troubleOf } from "./trouble.js";

/** A run that the machine was too weak for. */
interface Retreated {
  /** Runs at once before that. */
  before: number;
  /** Whether nothing of other runs is left in memory, so that another trouble is the last. */
  alone: boolean;
}

/** Milliseconds that running runs have to stop and be checkpointed. */
const GRACE = 600;

/** The worker's bundle: beside this file in the package, under dist when this runs from source. */
const workerBundle = (): string =>
  fileURLToPath(
    new URL(import.meta.url.endsWith(".ts") ? "../../dist/worker.js" : "./worker.js", import.meta.url),
  );

export function threadPool(
  ledger: Ledger,
  threads: number,
  runtime: RuntimeOptions,
  { memory, checkpointEvery = 30_000, workerFile, onEvent }: PoolOptions,
): Computing {
  const { waiting } = ledger;
  const slots = Math.max(1, Math.min(threads, waiting.length));
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS * slots));
  const word = (slot: number, name: keyof typeof Word) => CONTROL_WORDS * slot + Word[name];
  const running: ({ waiting: Waiting; config: RunConfig } | null)[] = Array(slots).fill(null);
  const retreated = new Map<Waiting, Retreated>();
  const budget = memory ?? 0.9 * freeMemory();
  let used = 0;
  const makeThread = () => new Thread(workerFile ?? workerBundle());
  let pool = Array.from({ length: slots }, makeThread);
  let recycling = false;
  /** Runs at once: fewer than slots once the machine has shown its limits. */
  let atOnce = slots;

  const busyCount = () => running.filter((task) => task !== null).length;
  const busy = () => busyCount() > 0;
  const inHand = () =>
    running.map((task, slot) => {
      if (!task) return null;
      const step = Math.max(0, Atomics.load(control, word(slot, "step")));
      return { ...task, step, resumedFrom: Atomics.load(control, word(slot, "resumedFrom")) };
    });

  /** The longest waiting run that fits into memory; whatever its size when nothing else runs. */
  const next = (): Waiting | undefined => {
    for (let i = waiting.length - 1; i >= 0; i--)
      if (used + waiting[i].bytes <= budget || !busy()) return waiting.splice(i, 1)[0];
    return undefined;
  };

  const fill = () => {
    for (let slot = 0; slot < slots && !ledger.stopping && !recycling; slot++) {
      if (running[slot] !== null || ledger.full) continue;
      if (busyCount() >= atOnce) break;
      const chosen = next();
      if (!chosen) break;
      start(slot, chosen);
    }
    if (waiting.length === 0 && !recycling) spread();
  };

  /** When nothing waits any more, idle threads join the runs that are large enough to share. */
  const spread = () => {
    const large = running.flatMap((task, slot) =>
      task && worthSharing(task.waiting.seconds, task.config.steps)
        ? [{ slot, seconds: task.waiting.seconds }]
        : [],
    );
    large.sort((a, b) => b.seconds - a.seconds);
    // a machine that has shown its limits is not asked for more
    const idle = atOnce < slots ? 0 : threads - busyCount();
    for (const [i, { slot }] of large.entries()) {
      const extra = Math.floor(idle / large.length) + (i < idle % large.length ? 1 : 0);
      Atomics.store(control, word(slot, "threads"), 1 + extra);
    }
  };

  const start = (slot: number, chosen: Waiting) => {
    const { run, maxThreads } = chosen;
    const config = ledger.configOf(chosen);
    running[slot] = { waiting: chosen, config };
    used += chosen.bytes;
    Atomics.store(control, word(slot, "step"), NOT_BEGUN);
    Atomics.store(control, word(slot, "resumedFrom"), 0);
    Atomics.store(control, word(slot, "threads"), 1);
    onEvent?.({ event: "started", run, config });
    const places = ledger.placesOf(run);
    const task: Task = { run, config, control, slot, maxThreads, runtime, ...places, checkpointEvery };
    compute(slot, chosen, task)
      .then((outcome) => settle(slot, chosen, outcome))
      .catch((error: unknown) => ledger.break(error))
      .finally(() => ledger.wake());
  };

  /** A run that finds no memory, or a thread that does not come up, is an outcome too. */
  const compute = async (slot: number, { held, bytes }: Waiting, task: Task): Promise<Outcome> => {
    let trouble: Trouble;
    try {
      const free = bytes > budget && memory === undefined ? atMost() : Number.POSITIVE_INFINITY;
      if (held <= free) return await pool[slot].run(task);
      trouble = { cause: "memory", message: `${Math.floor(free)} bytes are free` };
    } catch (error) {
      trouble = troubleOf(error);
      if (error instanceof StartFailure && trouble.cause === "run")
        trouble = { cause: "machine", message: trouble.message };
    }
    return { result: null, trouble, resumedFrom: 0, checkpointed: false, warnings: [] };
  };

  /** The next run starts before this one is on disk. */
  const settle = (slot: number, chosen: Waiting, outcome: Outcome): Promise<void> => {
    running[slot] = null;
    used -= chosen.bytes;
    const { trouble } = outcome;
    return ledger.settle(async () => {
      if (!trouble) {
        ledger.warn(chosen, outcome);
        await ledger.keep(chosen, outcome);
        if (outcome.result) ledger.report(inHand());
      } else if (ledger.stopping)
        return; // a stopped pool takes its workers down
      else await (trouble.cause === "run" ? ledger.again(chosen, trouble) : retreat(chosen, trouble));
    }, fill);
  };

  /**
   * The machine is too weak for this run now. With fewer beside it, it may not be; then it is tried alone, with nothing
   * of other runs left in memory; after that it is skipped when memory is short, and when anything else is, all ends.
   */
  const retreat = async (chosen: Waiting, { cause, message }: Trouble) => {
    // by one thread alone it takes less
    Object.assign(chosen, estimateCost(ledger.configOf(chosen)));
    const others = busyCount();
    const { before, alone } = retreated.get(chosen) ?? { before: atOnce, alone: false };
    if (others > 0 || !alone) {
      const fewer = Math.max(1, Math.min(atOnce, others));
      if (fewer < atOnce) onEvent?.({ event: "slowed", run: chosen.run, atOnce: fewer, error: message });
      atOnce = fewer;
      retreated.set(chosen, { before, alone: others === 0 });
      if (others === 0) await recycle();
      waiting.push(chosen);
      return;
    }
    if (cause === "machine") {
      ledger.stopping = true;
      throw new Error(
        `the machine cannot go on (${message}); what is finished is kept, the same command goes on once it can`,
      );
    }
    // those behind it are smaller
    atOnce = Math.max(atOnce, before);
    const left = freeAddresses();
    const mapped = Number.isFinite(left)
      ? `; ulimit -v leaves ${Math.max(0, left)} bytes of addresses, and WebAssembly maps 10 GiB of them for a run`
      : "";
    ledger.skip(chosen, { bytes: chosen.bytes, error: message + mapped });
  };

  /** Ends all threads, which wait, and what they still hold of earlier runs; none starts before that. */
  const recycle = async () => {
    recycling = true;
    await Promise.all(pool.map((thread) => thread.end()));
    pool = pool.map(makeThread);
    recycling = false;
  };

  return {
    fill,
    inHand,
    get idle() {
      return !busy();
    },
    async end() {
      for (let slot = 0; slot < slots; slot++) Atomics.store(control, word(slot, "stop"), 1);
      for (let waited = 0; busy() && waited < GRACE; waited += 10) await sleep(10);
      await Promise.all(pool.map((thread) => thread.end()));
      while (ledger.writing) await sleep(1);
    },
  };
}
