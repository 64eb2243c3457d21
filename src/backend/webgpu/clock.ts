/** The device's own time: of submissions as a whole, or of every dispatch by its shader's name. */
import type { Dispatch } from "./recorder.js";

/** What a device took for the steps that it was asked for. */
export interface Profile {
  steps: number;
  /** Nanoseconds of the device in all. */
  nanoseconds: number;
  /** Nanoseconds by shader, where every dispatch was timed. */
  shaders: Record<string, number>;
}

/** Whether submissions, or even dispatches, are timed. */
export type Timing = "off" | "submissions" | "shaders";

/**
 * Encodes one pass of dispatches.
 * @internal
 */
export type EncodePass = (
  encoder: GPUCommandEncoder,
  dispatches: readonly Dispatch[],
  timestampWrites?: GPUComputePassTimestampWrites,
) => void;

const QUERIES = 4096;

/** @internal */
export class Clock {
  readonly #device: GPUDevice;
  readonly #mode: Timing;
  #queries: GPUQuerySet | undefined;
  #pending: Promise<void>[] = [];
  #profile: Profile = { steps: 0, nanoseconds: 0, shaders: {} };

  constructor(device: GPUDevice, mode: Timing) {
    this.#device = device;
    this.#mode = mode;
  }

  /** Encodes the dispatches of `steps` steps, and what times them. */
  encode(encoder: GPUCommandEncoder, pass: EncodePass, dispatches: readonly Dispatch[], steps: number): void {
    if (this.#mode === "off") {
      pass(encoder, dispatches);
      return;
    }
    this.#queries ??= this.#device.createQuerySet({ type: "timestamp", count: QUERIES });
    const querySet = this.#queries;
    const each = this.#mode === "shaders" && 2 * dispatches.length <= QUERIES;
    const names: string[] = [];
    const pieces = each ? dispatches.map((dispatch) => [dispatch]) : [dispatches];
    for (const piece of pieces) {
      pass(encoder, piece, {
        querySet,
        beginningOfPassWriteIndex: 2 * names.length,
        endOfPassWriteIndex: 2 * names.length + 1,
      });
      names.push(each ? piece[0].name : "");
    }
    const size = 16 * names.length;
    const resolved = this.#device.createBuffer({ size, usage: 0x200 | 0x04 });
    const staging = this.#device.createBuffer({ size, usage: 0x01 | 0x08 });
    encoder.resolveQuerySet(querySet, 0, 2 * names.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    this.#pending.push(
      Promise.resolve().then(async () => {
        await staging.mapAsync(1);
        const times = new BigUint64Array(staging.getMappedRange());
        for (const [i, name] of names.entries()) {
          const took = Number(times[2 * i + 1] - times[2 * i]);
          this.#profile.nanoseconds += took;
          if (name) this.#profile.shaders[name] = (this.#profile.shaders[name] ?? 0) + took;
        }
        this.#profile.steps += steps;
        staging.destroy();
        resolved.destroy();
      }),
    );
  }

  /** What was timed since the last call. */
  async profile(): Promise<Profile> {
    await Promise.all(this.#pending);
    const profile = this.#profile;
    this.#pending = [];
    this.#profile = { steps: 0, nanoseconds: 0, shaders: {} };
    return profile;
  }
}
