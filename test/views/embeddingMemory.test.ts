import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/browser/liveRun.js";
import { EmbeddingMemory } from "../../src/lab/views/embeddingMemory.js";

const frame = (step: number, ...coordinates: number[]): Frame => ({
  step,
  projection: { coordinates: Float64Array.from(coordinates), shares: Float64Array.of(0.7, 0.3) },
});
const [a, b] = [{}, {}];

describe("the coordinates", () => {
  it("are of the frame that came last, also where two runs stand at one step", () => {
    const memory = new EmbeddingMemory();
    expect(memory.take(a, frame(3000, 1, 2, 3, 4))).toEqual(Float64Array.of(1, 2, 3, 4));
    // the other run is in focus before its frame has come
    memory.take(b, frame(3000, 1, 2, 3, 4));
    expect(memory.take(b, frame(3000, 5, 6, 7, 8))).toEqual(Float64Array.of(5, 6, 7, 8));
  });

  it("stay on their side within a run, and are of their own direction in another", () => {
    const memory = new EmbeddingMemory();
    memory.take(a, frame(1, 1, 2, 3, 4));
    expect(memory.take(a, frame(2, -1, 2, -3, 4))).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(memory.take(b, frame(3, -1, 2, -3, 4))).toEqual(Float64Array.of(-1, 2, -3, 4));
  });

  it("are none without a frame", () => {
    expect(new EmbeddingMemory().take(a, undefined)).toBeUndefined();
    expect(new EmbeddingMemory().take(a, { step: 1 })).toBeUndefined();
  });
});

describe("the trail", () => {
  it("grows with the frames of one run, not with a frame that is drawn again, and begins anew elsewhere", () => {
    const memory = new EmbeddingMemory();
    const lengthAfter = (run: object, one: Frame) => {
      memory.take(run, one);
      return memory.past.length;
    };
    const second = frame(2, 1, 1);
    expect([lengthAfter(a, frame(1, 1, 1)), lengthAfter(a, second), lengthAfter(a, second)]).toEqual([
      1, 2, 2,
    ]);
    expect(lengthAfter(a, frame(0, 1, 1))).toBe(1);
    lengthAfter(a, frame(1, 1, 1));
    expect(lengthAfter(b, frame(2, 1, 1))).toBe(1);
    for (let step = 3; step < 60; step++) lengthAfter(b, frame(step, 1, 1));
    expect(memory.past.length).toBe(24);
  });
});

describe("the reach", () => {
  const seen = () => {
    const memory = new EmbeddingMemory();
    memory.take(a, frame(100, 1, 1));
    return { memory, wide: memory.reach([0, 1], [200, 200], false)[0] };
  };

  it("shrinks little by little while a run goes on, and at once where nothing moves", () => {
    const { memory, wide } = seen();
    memory.take(a, frame(101, 1, 1));
    expect(memory.reach([0, 1], [1, 1], false)[0]).toBeCloseTo(0.95 * wide);
    expect(memory.reach([0, 1], [1, 1], true)[0]).toBeCloseTo(1.12);
  });

  it("is fitted anew to another run, to other axes, and to steps before", () => {
    const other = seen().memory;
    other.take(b, frame(101, 1, 1));
    expect(other.reach([0, 1], [1, 1], false)).toEqual([1.12, 1.12]);
    expect(seen().memory.reach([0, 2], [1, 2], false)).toEqual([1.12, 2.24]);
    const back = seen().memory;
    back.take(a, frame(50, 1, 1));
    expect(back.reach([0, 1], [1, 1], false)).toEqual([1.12, 1.12]);
  });
});
