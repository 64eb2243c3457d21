/** Who looks at a run, as its worker has them: which frame is due, and what is in it. */
import type { Trainer } from "../index.js";
import type { Frame, FrameField } from "./liveRun.js";
import type { Thrown, Wanted } from "./message.js";

/** Frames of a run that is going take at most one part in so many of its time. */
const FRAMES_SHARE = 10;

/** Frames by whose mean time the next one is judged. */
const LATEST = 4;
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Where a frame goes, or why there is none. */
export interface FrameTaker {
  answer(call: number, value: unknown): void;
  refuse(call: number, error: Thrown): void;
}

/** Somebody who looks on. */
interface View {
  /** Of the frame that is waited for. */
  waiting: { call: number; wanted: Wanted } | undefined;
  /** The version of the model that the latest frame showed. */
  seen: number;
  /** When that was begun, in milliseconds. */
  begun: number;
  /** Milliseconds that the latest ones took, but for the very first, whose code is new to the machine. */
  took: number[];
  isFirst: boolean;
}

/** How a run stands to those who look at it. */
export interface Looked {
  /** Counts the changes of the model. */
  version: number;
  /** Whether it takes steps, from which a frame takes time. */
  isGoing: boolean;
  isOver: boolean;
}

export class ServedFrames {
  readonly #views = new Map<number, View>();
  readonly #taker: FrameTaker;

  constructor(taker: FrameTaker) {
    this.#taker = taker;
  }

  want(call: number, wanted: Wanted): void {
    const never = { seen: -1, begun: Number.NEGATIVE_INFINITY, took: [], isFirst: true };
    this.#views.set(wanted.view, {
      ...never,
      ...this.#views.get(wanted.view),
      waiting: { call, wanted },
    });
  }

  /** Nobody looks at this view any more. */
  drop(view: number): void {
    const waiting = this.#views.get(view)?.waiting;
    if (waiting) this.#taker.answer(waiting.call, undefined);
    this.#views.delete(view);
  }

  refuse(error: Thrown): void {
    for (const { waiting } of this.#views.values()) if (waiting) this.#taker.refuse(waiting.call, error);
  }

  /** Milliseconds until a frame is to be drawn; Infinity where none is, until something changes. */
  dueIn(looked: Looked, now: number): number {
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...[...this.#views.values()].map((view) => dueIn(view, looked, now)),
    );
  }

  /**
   * Draws what is due.
   * @param looked how the run stands now
   * @throws DeviceLost; of anything else who waits for that frame is told
   */
  async draw(trainer: Trainer, looked: () => Looked, isClosed: () => boolean): Promise<void> {
    for (const view of this.#views.values())
      if (dueIn(view, looked(), performance.now()) <= 0) await this.#draw(view, trainer, looked(), isClosed);
  }

  async #draw(view: View, trainer: Trainer, { version }: Looked, isClosed: () => boolean): Promise<void> {
    const { waiting } = view;
    if (!waiting) return;
    view.waiting = undefined;
    const { call, wanted } = waiting;
    if (view.seen === version) return this.#taker.answer(call, undefined);
    view.begun = performance.now();
    view.seen = version;
    try {
      const frame = await frameOf(trainer, wanted);
      if (!view.isFirst) view.took = [...view.took, performance.now() - view.begun].slice(-LATEST);
      view.isFirst = false;
      if (!isClosed()) this.#taker.answer(call, frame);
    } catch (error) {
      const { name, message } = error as Error;
      if (name === "DeviceLost") throw error;
      if (!isClosed()) this.#taker.refuse(call, { name, message });
    }
  }
}

function dueIn({ waiting, seen, begun, took }: View, looked: Looked, now: number): number {
  const { version, isGoing, isOver } = looked;
  if (!waiting) return Number.POSITIVE_INFINITY;
  if (seen === version) return isOver ? 0 : Number.POSITIVE_INFINITY;
  const apart = Math.max(1000 / waiting.wanted.hertz, isGoing && !isOver ? FRAMES_SHARE * mean(took) : 0);
  return Math.max(0, begun + apart - now);
}

async function frameOf(trainer: Trainer, { fields, axes, inputs }: Wanted): Promise<Frame> {
  const has = (field: FrameField) => fields.includes(field);
  const frame: Frame = { step: trainer.stepCount };
  if (has("projection")) frame.projection = await trainer.projection(axes);
  if (has("probabilities")) {
    frame.probabilities = await trainer.probabilities(inputs);
    if (inputs) frame.inputs = inputs;
  }
  if (has("eigenvalues")) frame.eigenvalues = (await trainer.spectrum({ eigenvalues: true })).eigenvalues;
  return frame;
}
