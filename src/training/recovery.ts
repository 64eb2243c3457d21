/** What a run on a device goes on from when the device is lost: a place in memory that it was at half a minute ago. */
import type { Backend, ComputedBy, OptimizerState } from "../backend/backend.js";
import type { Recorded } from "./snapshot.js";

/** Where a run is: what a snapshot holds beside the config. */
export interface Place {
  state: OptimizerState;
  /** Loss of the latest batch, null before the first step. */
  trainLoss: number | null;
  /** Null before the first record. */
  recorded: Recorded | null;
}

/** A backend, and the device that it is on. */
export interface Made {
  backend: Backend;
  computedBy: ComputedBy;
}

/** Why a run elsewhere is not reopened. */
export const NO_DEVICE = "reopen: expected a run on a device, got one that has none to lose";

/** Milliseconds between two places. */
const EVERY = 30_000;

export class Recovery {
  computedBy: ComputedBy;
  readonly #make: () => Promise<Made>;
  /** What the caller had it begin with; undefined for the config's initial weights. */
  #beginning: Place | undefined;
  #latest: Place | undefined;
  #keptAt = performance.now();
  #pause = EVERY;

  /** @param make makes the backend anew, at step 0 */
  constructor(computedBy: ComputedBy, make: () => Promise<Made>) {
    this.computedBy = computedBy;
    this.#make = make;
  }

  /** Begins with what the caller handed in: with that, whatever device is found. */
  beginWith(place: Place): void {
    this.#beginning = place;
    this.#latest = place;
  }

  /** Whether the latest place is long enough ago. */
  get due(): boolean {
    return performance.now() - this.#keptAt > this.#pause;
  }

  /** Keeps where the run is now. */
  async keep<P extends Place>(read: () => Promise<P>): Promise<P> {
    const from = performance.now();
    const place = await read();
    this.#latest = place;
    this.#keptAt = performance.now();
    // no more than a tenth of the time goes into it
    this.#pause = Math.max(EVERY, 10 * (this.#keptAt - from));
    return place;
  }

  /**
   * A new backend at the latest place; at the beginning where another device was found, since the run would be of both.
   * @returns `place`: undefined for the config's initial weights
   */
  async reopen(): Promise<{ backend: Backend; place: Place | undefined; afresh: boolean }> {
    const { backend, computedBy } = await this.#make();
    const afresh = JSON.stringify(computedBy) !== JSON.stringify(this.computedBy);
    const place = afresh ? this.#beginning : this.#latest;
    try {
      if (place) await backend.setState(place.state);
    } catch (error) {
      backend.dispose();
      throw error;
    }
    this.computedBy = computedBy;
    this.#latest = place;
    return { backend, place, afresh };
  }
}
