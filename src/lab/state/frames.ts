/** The frames of one live run at a time: what the embedding, the probabilities and the spectrum are drawn of. */
import type { Frame, FrameOptions, LiveRun } from "../../browser/liveRun.js";
import { ConfigError } from "../../index.js";

export class Frames {
  readonly #take: (frame: Frame) => void;
  readonly #refused: (error: unknown) => void;
  #live: LiveRun | undefined;
  #asked = "";
  #iterator: AsyncIterator<Frame> | undefined;

  /** @param refused what could not be asked for */
  constructor(take: (frame: Frame) => void, refused: (error: unknown) => void) {
    this.#take = take;
    this.#refused = refused;
  }

  /** From now on those of this run; none where it is undefined or nothing is asked for. */
  follow(live: LiveRun | undefined, options: FrameOptions): void {
    const asked = JSON.stringify(options);
    if (live === this.#live && asked === this.#asked) return;
    void this.#iterator?.return?.();
    this.#iterator = undefined;
    this.#live = live;
    this.#asked = asked;
    if (!live || options.fields?.length === 0) return;
    const iterator = live.frames(options)[Symbol.asyncIterator]();
    this.#iterator = iterator;
    void this.#read(iterator);
  }

  async #read(iterator: AsyncIterator<Frame>): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done || this.#iterator !== iterator) return;
        this.#take(value);
      }
    } catch (error) {
      // that a run failed its status says
      if (error instanceof ConfigError && this.#live?.status !== "failed") this.#refused(error);
    }
  }
}
