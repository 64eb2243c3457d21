/**
 * When runs are checkpointed: those that are computed together all at one time, and none goes on before the last of them is
 * kept, so that a device goes on with all of them in one go. A run by itself is a group of one.
 */

/** One run's part in it. */
export interface Round {
  /** Whether this run is to be kept now. */
  due(now: number): boolean;
  /** This run is kept, or could not be; resolves when the others are. */
  kept(now: number): void | Promise<void>;
  /** It is at its end: nobody waits for it any more. */
  leave(now: number): void;
}

export class Rounds {
  readonly #every: number;
  readonly #runs = new Set<Round>();
  readonly #kept = new Set<Round>();
  #last: number | undefined;
  #pause: number;
  /** When the round in hand began; undefined between two. */
  #from: number | undefined;
  #closed = Promise.resolve();
  #close = () => {};

  /** @param every milliseconds between two rounds, at least */
  constructor(every: number) {
    this.#every = every;
    this.#pause = every;
  }

  join(from: number): Round {
    this.#last ??= from;
    const round: Round = {
      due: (now) => {
        if (this.#from === undefined && now - (this.#last as number) > this.#pause) this.#open(now);
        return this.#from !== undefined && !this.#kept.has(round);
      },
      kept: (now) => {
        if (this.#from === undefined) return;
        this.#kept.add(round);
        return this.#closeIfAll(now) ? undefined : this.#closed;
      },
      leave: (now) => {
        this.#runs.delete(round);
        this.#kept.delete(round);
        this.#closeIfAll(now);
      },
    };
    this.#runs.add(round);
    return round;
  }

  #open(now: number): void {
    this.#from = now;
    this.#kept.clear();
    this.#closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  #closeIfAll(now: number): boolean {
    if (this.#from === undefined || this.#kept.size < this.#runs.size) return false;
    this.#last = now;
    // no more than a tenth of the time goes into checkpoints
    this.#pause = Math.max(this.#every, 10 * (now - this.#from));
    this.#from = undefined;
    this.#close();
    return true;
  }
}
