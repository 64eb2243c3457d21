/** A worker's end of live runs. No module of its own is needed: a classic script may call it as well. */
import type { Trainer } from "../index.js";
import { type Added, type Answer, type Order, PROTOCOL, type Thrown } from "./message.js";
import type { GpuOpener } from "./openOnGpu.js";
import { openRun } from "./openRun.js";
import { Pack } from "./pace.js";
import { type Host, ServedRun } from "./servedRun.js";
import { breathe, Sleep } from "./turn.js";

/** Milliseconds between two messages with news, unless something is at its end. */
const NEWS = 16;

/** The answer for a run that is not here any more. */
const GONE: Thrown = { name: "Error", message: "the run is closed" };

/** What of a worker's global scope is used. */
export interface WorkerScope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(message: Answer, transfer?: Transferable[]): void;
  readonly navigator?: { readonly locks?: Pick<LockManager, "request"> };
}

/** Serves the page that made this worker, as long as it lives. */
export function serveRuns(scope: WorkerScope): void {
  const runs = new Map<number, ServedRun>();
  let onGpu: Promise<GpuOpener> | undefined;
  const sleeper = new Sleep();
  const post = (answer: Answer, transfer?: Transferable[]) => scope.postMessage(answer, transfer ?? []);
  let told = 0;
  /** The least that a run has had of those that had something to do. */
  let least = 0;

  function tellNews(): void {
    const news = [...runs.values()].flatMap((run) => run.news() ?? []);
    if (news.length > 0) post({ kind: "news", news });
    for (const { run, status } of news) if (status === "failed") runs.delete(run);
    told = performance.now();
  }

  const host: Host = {
    // whoever gets an answer has heard of all that came before it
    answer(call, value, transfer) {
      tellNews();
      post({ kind: "result", call, value }, transfer);
    },
    refuse(call, error) {
      tellNews();
      post({ kind: "refusal", call, error });
    },
    adopt,
  };

  function adopt(run: ServedRun): void {
    run.used = least;
    runs.set(run.run, run);
    if (run.isOnGpu) goOn(run).catch(fail);
  }

  async function trainersOf(
    all: readonly Added[],
    isClosed: (index: number) => boolean,
  ): Promise<readonly Trainer[]> {
    if (!all[0].backend) return [await openRun(all[0])];
    onGpu ??= import("./openOnGpu.js").then(({ GpuOpener }) => new GpuOpener());
    return (await onGpu).open(all, isClosed);
  }

  /** Several are on a GPU. */
  function open(all: readonly Added[]): void {
    let made: Promise<readonly Trainer[]> | undefined;
    const make = () => {
      made ??= trainersOf(all, (i) => opened[i].isClosed);
      return made;
    };
    const pack = all.length > 1 ? new Pack() : undefined;
    const opened: ServedRun[] = all.map(
      (added, i) => new ServedRun(added, host, async () => (await make())[i], pack),
    );
    for (const run of opened) adopt(run);
  }

  function heed(order: Order): void {
    if (order.kind === "ping") post({ kind: "pong" });
    else if (order.kind === "add") open(order.added);
    else {
      const run = runs.get(order.run);
      if (run) heedFor(run, order);
      // it has failed, which the page did not know when it asked
      else if ("call" in order) post({ kind: "refusal", call: order.call, error: GONE });
    }
  }

  function heedFor(run: ServedRun, order: Exclude<Order, { kind: "ping" | "add" }>): void {
    if (order.kind === "pause") run.pause();
    else if (order.kind === "resume") run.resume(order.until);
    else if (order.kind === "pace") run.setPace(order.pace);
    else if (order.kind === "taken") run.taken(order.count);
    else if (order.kind === "ask") run.ask(order.call, order.ask);
    else if (order.kind === "frame") run.frame(order.call, order.wanted);
    else if (order.kind === "unframe") run.unframe(order.view);
    else {
      run.close();
      runs.delete(order.run);
    }
  }

  /** Whose turn it is: of those who are asked something, then of all, who has had the least. Or how long nobody's. */
  function next(): { run: ServedRun } | { wait: number } {
    const now = performance.now();
    const ready: ServedRun[] = [];
    let wait = Number.POSITIVE_INFINITY;
    for (const run of runs.values()) {
      if (run.isOnGpu) continue;
      const due = run.dueIn(now);
      wait = Math.min(wait, due);
      if (due > 0) continue;
      // who had nothing to do for a while has no claim to the time since
      run.used = Math.max(run.used, least);
      ready.push(run);
    }
    if (ready.length === 0) return { wait };
    least = Math.min(...ready.map(({ used }) => used));
    const asked = ready.filter(({ isAsked }) => isAsked);
    const [first, ...others] = asked.length > 0 ? asked : ready;
    return { run: others.reduce((found, run) => (run.used < found.used ? run : found), first) };
  }

  async function take(run: ServedRun): Promise<void> {
    await run.turn();
    if (run.hasTurned || performance.now() - told >= NEWS) tellNews();
    await breathe();
  }

  async function rest(wait: number): Promise<void> {
    // what comes soon can go with what there is
    if (wait >= NEWS) tellNews();
    await sleeper.sleep(wait);
  }

  async function takeTurns(isHeld: boolean): Promise<never> {
    let idle = false;
    const say = (now: boolean) => {
      if (!isHeld && idle !== now) post({ kind: "idle", idle: now });
      idle = now;
    };
    for (;;) {
      const turn = next();
      if ("wait" in turn) {
        if (turn.wait === Number.POSITIVE_INFINITY) say(true);
        await rest(turn.wait);
      } else {
        say(false);
        await take(turn.run);
      }
    }
  }

  /** A run on a GPU holds no thread while it waits, and a GPU does side by side what it is asked at one time. */
  async function goOn(run: ServedRun): Promise<void> {
    while (runs.has(run.run)) {
      const wait = run.dueIn(performance.now());
      await (wait > 0 ? rest(wait) : take(run));
    }
  }

  /** The page hears of what nobody catches. */
  const fail = (error: unknown) => {
    setTimeout(() => {
      throw error;
    });
  };
  /** What came before it has begun: the page takes no answer before it has heard that. */
  const early: Order[] = [];
  scope.onmessage = ({ data }) => early.push(data);
  const begin = (lock: string | null) => {
    post({ kind: "begun", protocol: PROTOCOL, lock });
    scope.onmessage = ({ data }) => {
      heed(data);
      sleeper.wake();
    };
    for (const order of early.splice(0)) heed(order);
    return takeTurns(lock !== null);
  };
  holdLock(scope).then(begin).catch(fail);
}

/** A Web Lock of a random name, held until this worker ends: its name. Null where there are no locks. */
function holdLock({ navigator }: WorkerScope): Promise<string | null> {
  const name = `unigram-lab ${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  return new Promise((resolve) => {
    const hold = () => {
      resolve(name);
      return new Promise<never>(() => {});
    };
    if (navigator?.locks) navigator.locks.request(name, hold).catch(() => resolve(null));
    else resolve(null);
  });
}
