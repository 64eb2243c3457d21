/** Web Workers and Web Locks of a page, in this process. */
import type { Order } from "../../src/browser/message.js";
import { serveRuns, type WorkerScope } from "../../src/browser/serveRuns.js";

/** Exclusive locks, first come first served; an owner that ends lets go of its own. */
export class Locks {
  /** Milliseconds that a lock takes to be granted, as another process does it. */
  delay = 0;
  #requests: { name: string; owner: unknown; grant: () => void; signal?: AbortSignal }[] = [];
  #granted = new Set<object>();

  /** Requests held and waiting. */
  get count(): number {
    return this.#requests.length;
  }

  /** What `navigator.locks` is to an owner. */
  of(owner: unknown): Pick<LockManager, "request"> {
    const request = (name: string, ...rest: unknown[]) =>
      new Promise((resolve, reject) => {
        const callback = rest.pop() as (lock: unknown) => unknown;
        const { signal } = (rest.pop() ?? {}) as { signal?: AbortSignal };
        const leave = () => {
          this.#requests = this.#requests.filter((other) => other !== mine);
          this.#next();
        };
        const grant = () => void Promise.resolve(callback({ name })).then(resolve, reject).finally(leave);
        const mine = { name, owner, grant, signal };
        signal?.addEventListener("abort", () => {
          if (this.#granted.has(mine)) return;
          leave();
          reject(signal.reason);
        });
        this.#requests.push(mine);
        this.#next();
      });
    return { request } as Pick<LockManager, "request">;
  }

  end(owner: unknown): void {
    this.#requests = this.#requests.filter((request) => request.owner !== owner);
    this.#next();
  }

  #next(): void {
    const taken = new Set<string>();
    for (const request of this.#requests) {
      if (!taken.has(request.name) && !this.#granted.has(request)) {
        this.#granted.add(request);
        if (this.delay > 0) setTimeout(request.grant, this.delay);
        else queueMicrotask(request.grant);
      }
      taken.add(request.name);
    }
  }
}

/** A page's Worker; `begin` is its program, called with its scope. */
export class FakeWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  onerror: ((event: { message?: string }) => void) | null = null;
  terminated = 0;
  readonly scope: {
    onmessage: ((event: { data: unknown }) => void) | null;
    postMessage(data: unknown): void;
    navigator?: { locks: Pick<LockManager, "request"> };
  };
  #started: Promise<unknown>;
  #runs = new Set<number>();

  constructor(
    begin: (scope: FakeWorker["scope"]) => unknown,
    readonly locks?: Locks,
  ) {
    this.scope = {
      onmessage: null,
      postMessage: (data) => {
        const copy = structuredClone(data);
        setImmediate(() => {
          if (this.terminated === 0) this.onmessage?.({ data: copy });
        });
      },
      ...(locks ? { navigator: { locks: locks.of(this) } } : {}),
    };
    this.#started = Promise.resolve(begin(this.scope));
  }

  postMessage(data: unknown): void {
    const order = data as Order;
    if (order.kind === "add") for (const { run } of order.added) this.#runs.add(run);
    if (order.kind === "ask" && order.ask.kind === "fork") this.#runs.add(order.ask.child);
    const copy = structuredClone(data);
    void this.#started.then(() => this.scope.onmessage?.({ data: copy }));
  }

  /** As by the page; what was posted is not delivered any more. */
  terminate(): void {
    this.terminated++;
    this.close();
  }

  /** As by itself; what was posted before is delivered. */
  close(): void {
    const { onmessage } = this.scope;
    this.scope.onmessage = null;
    this.scope.postMessage = () => {};
    // in one process nothing else stops what it computes
    for (const run of this.#runs) onmessage?.({ data: { kind: "close", run } });
    this.#runs.clear();
    this.locks?.end(this);
  }
}

/** The program of `unigram-lab/browser-worker`. */
export const browserWorker = (scope: FakeWorker["scope"]): void => serveRuns(scope as unknown as WorkerScope);
