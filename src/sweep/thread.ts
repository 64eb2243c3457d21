/** One thread of the pool, with a worker that is started for its first run, and again for the next when it was lost. */
import { Piscina } from "piscina";
import { freeAddresses } from "./memory.js";
import type { Outcome, Task } from "./task.js";

/** The machine could not start a thread. */
export class StartFailure extends Error {}

/** Addresses that a thread maps (measured: 600 to 780 MiB); where there are fewer V8 ends the whole process. */
const THREAD_ADDRESSES = 2 ** 30;

/** The last start of a thread under a limit of addresses. */
let lastStart: Promise<void> = Promise.resolve();

export class Thread {
  readonly #file: string;
  #pool: Piscina | undefined;
  #ready = false;
  #ended = false;
  /** Called when a worker is there, or with the reason why there is none. */
  #started: (failure?: StartFailure) => void = () => {};

  /** @param file the worker's */
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Computes a run. One at a time.
   * @throws StartFailure when the thread could not be started
   * @throws what the run threw, without its properties, or that its thread has ended
   */
  async run(task: Task): Promise<Outcome> {
    if (this.#ready || freeAddresses() === Number.POSITIVE_INFINITY)
      return (await this.#compute(task)).outcome;
    // one start after another, so that each sees what the others took
    const turn = lastStart;
    let done = () => {};
    lastStart = new Promise((resolve) => {
      done = resolve;
    });
    try {
      await turn;
      const left = freeAddresses();
      if (left < THREAD_ADDRESSES)
        throw new StartFailure(
          `a thread takes ${THREAD_ADDRESSES} bytes of addresses, ${Math.max(0, left)} are left (ulimit -v)`,
        );
      return (await this.#compute(task)).outcome;
    } finally {
      done();
    }
  }

  /** Resolves once the worker is there, with what is to come (in an object, or it would be waited for as well). */
  async #compute(task: Task): Promise<{ outcome: Promise<Outcome> }> {
    if (this.#ended) throw new StartFailure("the pool is stopping");
    const pool = this.#pool ?? this.#makePool();
    if (this.#ready) return { outcome: pool.run(task) };
    const started = new Promise<void>((resolve, reject) => {
      this.#started = (failure) => (failure ? reject(failure) : resolve());
    });
    try {
      const outcome: Promise<Outcome> = pool.run(task);
      // a pool whose worker does not start keeps its task until it is destroyed
      outcome.catch(() => {});
      await started;
      return { outcome };
    } catch (error) {
      this.#pool = undefined;
      void pool.destroy();
      throw error instanceof StartFailure ? error : new StartFailure((error as Error).message);
    }
  }

  #makePool(): Piscina {
    const pool = new Piscina({
      filename: this.#file,
      // none at first: Piscina takes the workers that it begins with for ready before they are
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      // "sync" would keep a worker's timers and ports from running
      atomics: "disabled",
    });
    pool.on("workerCreate", () => {
      this.#ready = true;
      this.#started();
    });
    pool.on("workerDestroy", () => {
      this.#ready = false;
      // its error comes right behind, when it has one
      queueMicrotask(() => this.#started(new StartFailure("a thread ended before it began")));
    });
    // of a worker that ends between two runs: the next run starts another
    pool.on("error", (error) => this.#started(new StartFailure(error.message.split("\n")[0])));
    this.#pool = pool;
    return pool;
  }

  /** Ends the thread and what it computes. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#pool?.destroy();
  }
}
