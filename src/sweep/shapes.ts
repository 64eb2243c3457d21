/** How runs are grouped on a device: by their shapes, as many of each as it holds. */
import type { RunConfig } from "../config.js";
import type { DeviceKind } from "../training/together.js";

/** Runs of one key can be in one group, of no more than so many. */
export interface Shape {
  key: string;
  most: number;
}

export class Shapes {
  readonly #kind: DeviceKind;
  readonly #memoryLimit: number;
  readonly #keys = new Map<string, string>();
  readonly #most = new Map<string, number>();

  constructor(kind: DeviceKind, memoryLimit = Number.POSITIVE_INFINITY) {
    this.#kind = kind;
    this.#memoryLimit = memoryLimit;
  }

  keyOf(run: string, config: RunConfig): string {
    let key = this.#keys.get(run);
    if (key === undefined) {
      key = this.#kind.device.shapeOf(config);
      this.#keys.set(run, key);
    }
    return key;
  }

  async of(run: string, config: RunConfig): Promise<Shape> {
    const key = this.keyOf(run, config);
    let most = this.#most.get(key);
    if (most === undefined) {
      const held = this.#memoryLimit / this.#kind.bytes(config, { maxThreads: 1 });
      most = Math.max(1, Math.min(await this.#kind.device.mostTogether(config), Math.floor(held)));
      this.#most.set(key, most);
    }
    return { key, most };
  }

  /** From now on at most so many at once. */
  limit({ key, most }: Shape, fewer: number): number {
    const least = Math.max(1, Math.min(this.#most.get(key) ?? most, fewer));
    this.#most.set(key, least);
    return least;
  }
}
