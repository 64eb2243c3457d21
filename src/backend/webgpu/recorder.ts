/** Dispatches as data: recorded once, replayed for every step that is like it. */
import { type Block, blockFields } from "./program.js";

export interface Dispatch {
  name: string;
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  /** Bytes to this dispatch's words among those of all. */
  block: number;
  x: number;
  y: number;
  z: number;
}

/** Bytes between two blocks' words, as dynamic offsets ask for. */
export const ALIGN = 256;
/** The words of what dispatches are told, each written once. */
export class Blocks {
  readonly #write: (data: Uint32Array, at: number) => void;
  /** How often all was forgotten. */
  cleared = 0;
  readonly #capacity: number;
  readonly #places = new Map<string, number>();

  /**
   * @param capacity blocks that there is room for
   * @param write writes words from a word on
   */
  constructor(capacity: number, write: (data: Uint32Array, at: number) => void) {
    this.#capacity = capacity;
    this.#write = write;
  }

  /** Whether so many more find room; where they do not, everything that was recorded is to be recorded anew. */
  hasRoom(more: number): boolean {
    return this.#places.size + more <= this.#capacity;
  }

  /** Forgets all: what was recorded is to be recorded anew, and must have been submitted. */
  clear(): void {
    this.#places.clear();
    this.cleared++;
  }

  /** Bytes to the words of a block. */
  placeOf(block: Block): number {
    const words = Uint32Array.from(blockFields, (name) => block[name] ?? 0);
    const key = words.join();
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#places.size;
      if (place >= this.#capacity) throw new Error("no room for another block");
      this.#places.set(key, place);
      this.#write(words, (ALIGN / 4) * place);
    }
    return ALIGN * place;
  }
}

export function replay(
  pass: GPUComputePassEncoder,
  dispatches: readonly Dispatch[],
  blocks: GPUBindGroup,
): void {
  let latest: GPUComputePipeline | undefined;
  for (const { pipeline, group, block, x, y, z } of dispatches) {
    if (pipeline !== latest) pass.setPipeline(pipeline);
    latest = pipeline;
    pass.setBindGroup(0, group);
    pass.setBindGroup(1, blocks, [block]);
    pass.dispatchWorkgroups(x, y, z);
  }
}
