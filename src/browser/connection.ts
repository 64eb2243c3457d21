/** A page's end of one worker. */
// of the same copy that the caller imports, so that `instanceof ConfigError` holds
import { ConfigError, show } from "../index.js";
import { PATIENCE, whenDeaf, whenEnded, whenSilent } from "./lost.js";
import {
  type Added,
  type Answer,
  type Ask,
  isAnswer,
  type News,
  type Order,
  type Thrown,
} from "./message.js";

/** A run, as its connection sees it. */
export interface Party {
  readonly isOver: boolean;
  hear(news: News): void;
  /** Releases itself. */
  fail(error: Error): void;
  close(): void;
}

interface Call {
  run: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What an order asks for, less the number that the connection gives it. */
export type Question = { kind: "ask"; ask: Ask } | Omit<Order & { kind: "frame" }, "run" | "call">;

let calls = 0;

export class Connection {
  readonly runs = new Map<number, Party>();
  readonly #calls = new Map<number, Call>();
  readonly #begun = new AbortController();
  readonly #left = new AbortController();
  #worker: Worker | undefined;
  /** Why there is no worker. */
  #lost: Error | undefined;
  #idle = false;
  #isPongOwed = false;

  /** @param make a worker that cannot be made is one that is lost */
  constructor(make: () => Worker) {
    try {
      const worker = make();
      if (typeof worker?.postMessage !== "function")
        throw new ConfigError(`worker: expected a function that makes a Worker, got one of ${show(worker)}`);
      this.#worker = worker;
      worker.onmessage = ({ data }) => this.#hear(data);
      worker.onmessageerror = () => this.#lose("the worker posted something that cannot be read");
      worker.onerror = (event) => {
        // said here, in a line
        event.preventDefault?.();
        this.#lose(event.message || "the worker did not start");
      };
      whenSilent(this.#begun.signal, () =>
        this.#lose(`the worker did not answer within ${PATIENCE} seconds`),
      );
    } catch (error) {
      this.#lose(error instanceof Error ? error : String(error));
    }
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Runs that may still take time, and all. */
  get load(): [going: number, all: number] {
    const going = [...this.runs.values()].filter(({ isOver }) => !isOver).length;
    return [going, this.runs.size];
  }

  /** Opens runs. @throws what cannot cross to a worker, and why there is none */
  add(parties: readonly Party[], added: readonly Added[]): void {
    if (this.#lost) throw this.#lost;
    this.#worker?.postMessage({ kind: "add", added } satisfies Order);
    for (const [i, { run }] of added.entries()) this.runs.set(run, parties[i]);
  }

  tell(order: Order): void {
    if (!this.#lost) this.#worker?.postMessage(order);
  }

  /** Its answer; rejects with what ends the run before it. */
  call(run: number, question: Question): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost);
      const call = ++calls;
      this.#calls.set(call, { run, resolve, reject });
      try {
        this.tell({ ...question, run, call } as Order);
      } catch (error) {
        this.#calls.delete(call);
        reject(error);
      }
    });
  }

  /** Lets go of a run: who waits for its answers hears why. */
  release(run: number, why: Error): void {
    this.runs.delete(run);
    for (const [call, each] of this.#calls)
      if (each.run === run) {
        this.#calls.delete(call);
        each.reject(why);
      }
  }

  close(): void {
    for (const party of [...this.runs.values()]) party.close();
    this.#lose("the workers are closed");
  }

  #hear(data: unknown): void {
    if (this.#lost) return;
    // that it has begun is the first answer and no later one
    if (!isAnswer(data) || this.#begun.signal.aborted === (data.kind === "begun"))
      this.#lose("the worker posted something else than unigram-lab/browser-worker of this version does");
    else this.#heed(data);
  }

  #heed(data: Answer): void {
    this.#isPongOwed = false;
    if (data.kind === "news") for (const news of data.news) this.runs.get(news.run)?.hear(news);
    else if (data.kind === "result") this.#answered(data.call)?.resolve(data.value);
    else if (data.kind === "refusal") this.#answered(data.call)?.reject(revive(data.error));
    else if (data.kind === "idle") this.#idle = data.idle;
    else if (data.kind === "begun") this.#begin(data);
  }

  #begin({ lock }: Answer & { kind: "begun" }): void {
    this.#begun.abort();
    const ended = () => this.#lose("the worker has ended before its run");
    if (lock !== null) whenEnded(lock, this.#left.signal, ended);
    const ping = () => {
      const isOwed = this.#isPongOwed && this.#idle;
      this.#isPongOwed = true;
      this.tell({ kind: "ping" });
      return isOwed;
    };
    if (lock === null) whenDeaf(this.#left.signal, ping, ended);
  }

  #answered(call: number): Call | undefined {
    const found = this.#calls.get(call);
    this.#calls.delete(call);
    return found;
  }

  /** It is of no use any more: all its runs fail, unless they are at their end. */
  #lose(why: string | Error): void {
    if (this.#lost) return;
    this.#lost = typeof why === "string" ? new Error(why) : why;
    this.#begun.abort();
    this.#left.abort();
    this.#worker?.terminate();
    for (const party of [...this.runs.values()]) party.fail(this.#lost);
  }
}

/** A thread's error loses its class on the way. */
export const revive = ({ name, message }: Thrown): Error =>
  name === "ConfigError" ? new ConfigError(message) : Object.assign(new Error(message), { name });
