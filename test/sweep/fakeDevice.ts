/** A kind with a device that does as it is told: the kernel with strict arithmetic (Node 20 has no other), many runs together, lost or out of memory when asked. */
import { type Backend, type ComputedBy, DeviceLost } from "../../src/backend/backend.js";
import { wasm } from "../../src/backend/wasm/backend.js";
import type { RunConfig } from "../../src/config.js";
import type { DeviceKind } from "../../src/training/together.js";

export class FakeDevice {
  readonly kind: DeviceKind;
  /** What was made together, in order. */
  readonly groups: RunConfig[][] = [];
  /** Backends that were not disposed of. */
  alive = 0;
  /** The most of them at one time. */
  mostAlive = 0;
  /** Runs of one shape that it holds. */
  most = 4;
  adapter = "fake";
  /** Called before every advance. */
  onAdvance: (config: RunConfig, rates: number) => void | Promise<void> = () => {};
  /** Called before runs are made together. */
  onCreate: (configs: readonly RunConfig[]) => void = () => {};
  #generation = 0;

  constructor() {
    const computedBy = async (): Promise<ComputedBy> => ({
      backend: "fake",
      adapter: this.adapter,
      driver: "1",
    });
    const create: DeviceKind["create"] = async (config, options) =>
      this.#wrap(config, await wasm.create({ ...config, arithmetic: "strict" }, options));
    this.kind = {
      name: "fake",
      bytes: wasm.bytes,
      create,
      device: {
        computedBy,
        shapeOf: ({ vocabSize, embeddingDim, batchSize }) => `${vocabSize} ${embeddingDim} ${batchSize}`,
        mostTogether: async () => this.most,
        createMany: async (configs, { sources, ...options }) => {
          this.onCreate(configs);
          this.groups.push([...configs]);
          return Promise.all(configs.map((config, i) => create(config, { ...options, source: sources[i] })));
        },
      },
    };
  }

  /** The device goes, and all that is on it; another is there at once. */
  lose(adapter = this.adapter): void {
    this.#generation++;
    this.adapter = adapter;
  }

  #wrap(config: RunConfig, backend: Backend): Backend {
    const generation = this.#generation;
    this.alive++;
    this.mostAlive = Math.max(this.mostAlive, this.alive);
    let disposed = false;
    const check = () => {
      if (generation !== this.#generation) throw new DeviceLost("the fake device was lost");
    };
    return new Proxy(backend, {
      get: (target, name) => {
        if (name === "stepsAtOnce") return 256;
        const value = Reflect.get(target, name);
        if (name === "dispose")
          return () => {
            if (!disposed) this.alive--;
            disposed = true;
            target.dispose();
          };
        if (typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          await new Promise((resolve) => setImmediate(resolve));
          check();
          if (name === "advance") await this.onAdvance(config, (args[0] as Float64Array).length);
          check();
          return value.apply(target, args);
        };
      },
    });
  }
}
