/** How many steps go at a time: by how fast a run is, and by how fast it may be. */

/** Milliseconds that a run may be behind its pace and still catch up. */
const CATCH_UP = 250;

/** An even flow of so many steps a second, from a step on. */
export class Pace {
  #from: number;
  #since: number;

  constructor(
    readonly perSecond: number,
    step: number,
    now: number,
  ) {
    this.#from = step;
    this.#since = now;
  }

  /** The step that a run may have come to; what it is far behind by is let go. */
  allowed(step: number, now: number): number {
    const due = this.#from + Math.floor(((now - this.#since) * this.perSecond) / 1000 + 1e-6);
    const most = Math.max(1, Math.ceil((this.perSecond * CATCH_UP) / 1000));
    if (due - step <= most) return due;
    this.#from = step + 1;
    this.#since = now;
    return step + 1;
  }

  /** Milliseconds until the next step of a run that stands at `step`. */
  dueIn(step: number, now: number): number {
    const at = this.#since + ((step + 1 - this.#from) * 1000) / this.perSecond;
    return Math.max(0, at - now);
  }
}

/** Milliseconds of steps by which a run's speed is known; older ones count less and less. */
const MEMORY = 50;

/** How fast a run has been of late. */
export class Speed {
  #steps = 0;
  #milliseconds = 0;
  #most = 1;

  /** Steps that go into the time, at least 1; few while little is known. */
  stepsIn(milliseconds: number): number {
    // the clock may stand still for a tenth of a millisecond
    const many = this.#milliseconds > 0 ? (milliseconds * this.#steps) / this.#milliseconds : this.#most;
    return Math.max(1, Math.floor(Math.min(many, this.#most)));
  }

  took(steps: number, milliseconds: number): void {
    this.#steps += steps;
    this.#milliseconds += milliseconds;
    this.#most = Math.max(this.#most, 4 * steps);
    if (this.#milliseconds < MEMORY) return;
    this.#steps /= 2;
    this.#milliseconds /= 2;
  }
}

/** Steps of runs that a device computes together: whoever comes first says how far they go, and the others go there too. */
export class Pack {
  readonly #speed = new Speed();
  #goal = 0;

  /** Steps of a run that stands at `step`, for about so long. */
  stepsFrom(step: number, milliseconds: number): number {
    const known = this.#speed.stepsIn(milliseconds);
    if (this.#goal <= step) this.#goal = step + known;
    return Math.min(this.#goal - step, 2 * known);
  }

  took(steps: number, milliseconds: number): void {
    this.#speed.took(steps, milliseconds);
  }
}
