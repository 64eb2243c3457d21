/** What a picture of the embedding remembers of those before it: where its axes point, how far it reaches, and trails. */
import type { Frame } from "../../browser/liveRun.js";
import { steadyReach } from "../charts/plane.js";
import { turned } from "./steadyAxes.js";

/** A trail is of so many frames. */
const TRAIL = 24;
const MARGIN = 1.12;

export class EmbeddingMemory {
  #run: unknown;
  #frame: Frame | undefined;
  #coordinates: Float64Array | undefined;
  #axes = "";
  #reach: readonly [number, number] | undefined;
  /** Coordinates of the latest frames, this one's last. */
  past: readonly Float64Array[] = [];

  /** The coordinates of a run's frame, turned as those before; a frame may be drawn again, for another theme or size. */
  take(run: unknown, frame: Frame | undefined): Float64Array | undefined {
    const projection = frame?.projection;
    if (!frame || !projection) return undefined;
    const isSame = run === this.#run;
    if (isSame && frame === this.#frame) return this.#coordinates;
    const axes = projection.shares.length;
    const before = isSame && this.#frame?.projection?.shares.length === axes ? this.#coordinates : undefined;
    const next = turned(projection.coordinates.slice(), before, axes);
    const step = isSame && this.#frame ? this.#frame.step : Number.POSITIVE_INFINITY;
    // no trail leads from a run's end to its beginning
    const isLonger = before?.length === next.length && frame.step > step;
    this.past = isLonger ? [...this.past.slice(1 - TRAIL), next] : [next];
    // what is another run, or goes back in time, is fitted anew
    if (frame.step < step) this.#reach = undefined;
    this.#run = run;
    this.#frame = frame;
    this.#coordinates = next;
    return next;
  }

  /**
   * Half of what is to be seen, across and upwards: steady while a run goes on.
   * @param axes that are shown: others are fitted anew
   * @param furthest that a point is, along each
   * @param still whether nothing will be drawn soon that could shrink it further
   */
  reach(
    axes: readonly [number, number],
    furthest: readonly [number, number],
    still: boolean,
  ): readonly [number, number] {
    const before = this.#axes === String(axes) ? this.#reach : undefined;
    const along = (i: 0 | 1) => steadyReach(before?.[i], furthest[i] * MARGIN || 1, still);
    this.#axes = String(axes);
    this.#reach = [along(0), along(1)];
    return this.#reach;
  }
}
