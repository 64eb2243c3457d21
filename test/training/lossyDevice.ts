/** A device that can be lost, in the place of a GPU: the kernel, each of whose calls takes a turn. */
import {
  type Backend,
  type BackendKind,
  type BackendOptions,
  DeviceLost,
} from "../../src/backend/backend.js";
import { wasm } from "../../src/backend/wasm/backend.js";
import { ConfigError, type RunConfig } from "../../src/config.js";
import type { TokenSource } from "../../src/data/source.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What runs of one shape have in common. */
const shapeOf = ({ vocabSize, embeddingDim, batchSize, tied, norm, optimizer, targets }: RunConfig) => {
  if (targets?.kind === "topics" && targets.count === undefined) throw new Error("no config");
  const { kind, coupled } = optimizer as { kind: string; coupled?: boolean };
  return JSON.stringify([vocabSize, embeddingDim, batchSize, tied, norm, kind, coupled, targets?.kind]);
};

export class LossyDevice {
  readonly kind: BackendKind & Required<Pick<BackendKind, "device">>;
  /** What the next device found is called; undefined where there is none. */
  adapter: string | undefined = "first";
  /** Calls of the device that made backends, by how many each made. */
  readonly made: number[] = [];
  /** Calls of backends, by their names, in order. */
  readonly calls: string[] = [];
  /** Backends that were not disposed of. */
  alive = 0;
  /** Told of every call, before it is done. */
  onCall: (name: string) => void = () => {};
  #device: { adapter: string; lost: boolean } | undefined;

  constructor() {
    const computedBy = async () => ({ backend: "lossy", adapter: this.#open().adapter, driver: "1" });
    const createMany = async (
      configs: readonly RunConfig[],
      { sources, ...options }: Omit<BackendOptions, "source"> & { sources: readonly TokenSource[] },
    ) => {
      await turn();
      const device = this.#open();
      this.made.push(configs.length);
      return Promise.all(
        configs.map(async (config, i) =>
          this.#lossy(await wasm.create(config, { ...options, source: sources[i] }), device),
        ),
      );
    };
    this.kind = {
      ...wasm,
      name: "lossy",
      create: async (config, { source, ...options }) =>
        (await createMany([config], { ...options, sources: [source] }))[0],
      device: { computedBy, shapeOf, mostTogether: async () => 64, createMany },
    };
  }

  lose(): void {
    if (this.#device) this.#device.lost = true;
  }

  #open() {
    if (this.#device && !this.#device.lost) return this.#device;
    if (this.adapter === undefined) throw new ConfigError("backend: expected an adapter, got none");
    this.#device = { adapter: this.adapter, lost: false };
    return this.#device;
  }

  #lossy(backend: Backend, device: { lost: boolean }): Backend {
    this.alive++;
    return new Proxy(backend, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "dispose")
          return () => {
            this.alive--;
            target.dispose();
          };
        return async (...args: unknown[]) => {
          this.calls.push(String(name));
          this.onCall(String(name));
          await turn();
          if (device.lost) throw new DeviceLost("the device was lost");
          return value.apply(target, args);
        };
      },
    });
  }
}
