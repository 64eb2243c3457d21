/** Backends of several trainers, made in one call of a device, so that it computes them together. */
import type { Backend, BackendKind, BackendOptions } from "../backend/backend.js";
import { isObject } from "../checks.js";
import type { RunConfig } from "../config.js";
import { ConfigError, show } from "../configError.js";
import { breathe } from "./clock.js";

/** A kind with a device. */
export type DeviceKind = BackendKind & Required<Pick<BackendKind, "device">>;

/** What a member asks its kind for. */
interface Asked {
  config: RunConfig;
  options: BackendOptions;
  resolve(backend: Backend): void;
  reject(reason: unknown): void;
}

/**
 * A kind for the members of an ensemble, which waits for all of them before it makes the backend of any. Backends for another
 * phase of their runs it makes for those together who come to it at one time.
 */
export class Together {
  /** For the members' trainers. */
  readonly kind: BackendKind;
  readonly #device: DeviceKind["device"];
  /** Members that are at it, none outside of `all`. */
  #members = 0;
  #asked: Asked[] = [];
  /** Those who came to another phase in this turn. */
  #changing: Asked[] = [];
  #failure: { reason: unknown } | undefined;

  constructor(kind: DeviceKind) {
    this.#device = kind.device;
    const createMany: DeviceKind["device"]["createMany"] = (configs, { sources, ...options }) =>
      Promise.all(configs.map((config, i) => this.#change(config, { ...options, source: sources[i] })));
    this.kind = {
      ...kind,
      alone: kind,
      create: (config, options) => this.#ask(config, options),
      device: {
        ...kind.device,
        createMany,
        computedBy: async () => {
          this.#checkMembers();
          return kind.device.computedBy();
        },
      },
    };
  }

  /**
   * Does what each of these does, which is to ask for one backend or to fail; a failure fails those that still wait.
   * @returns how each of them ended
   */
  async all<T>(works: readonly (() => Promise<T>)[]): Promise<PromiseSettledResult<T>[]> {
    if (this.#members > 0) throw new ConfigError("reopen: expected one at a time, got a second");
    this.#members = works.length;
    this.#failure = undefined;
    try {
      return await Promise.allSettled(
        works.map(async (work) => {
          try {
            return await work();
          } catch (reason) {
            this.#fail(reason);
            throw reason;
          }
        }),
      );
    } finally {
      this.#members = 0;
      this.#asked = [];
    }
  }

  /** @throws ConfigError when it is one of them alone who begins anew */
  #checkMembers(): void {
    if (this.#members === 0)
      throw new ConfigError("reopen: expected the whole ensemble's, got that of one of its members");
  }

  #ask(config: RunConfig, options: BackendOptions): Promise<Backend> {
    this.#checkMembers();
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure.reason);
      this.#asked.push({ config, options, resolve, reject });
      if (this.#asked.length === this.#members) void this.#make(this.#asked);
    });
  }

  #change(config: RunConfig, options: BackendOptions): Promise<Backend> {
    return new Promise((resolve, reject) => {
      this.#changing.push({ config, options, resolve, reject });
      if (this.#changing.length > 1) return;
      void breathe().then(() => {
        const asked = this.#changing;
        this.#changing = [];
        void this.#make(asked);
      });
    });
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    for (const { reject } of this.#asked) reject(reason);
  }

  /** Of every shape a call: runs are of one, but for those that are in another phase. */
  async #make(asked: readonly Asked[]): Promise<void> {
    const shapes = new Map<string, Asked[]>();
    for (const one of asked) {
      const shape = this.#device.shapeOf(one.config);
      shapes.set(shape, [...(shapes.get(shape) ?? []), one]);
    }
    await Promise.all([...shapes.values()].map((alike) => this.#makeAlike(alike)));
  }

  async #makeAlike(asked: readonly Asked[]): Promise<void> {
    try {
      const { source: _, ...options } = asked[0].options;
      const backends = await this.#device.createMany(
        asked.map(({ config }) => config),
        { ...options, sources: asked.map(({ options: { source } }) => source) },
      );
      for (const [i, { resolve }] of asked.entries()) resolve(backends[i]);
    } catch (reason) {
      for (const { reject } of asked) reject(reason);
    }
  }
}

/** @throws ConfigError with the first field that keeps a device from computing these configs together */
export function checkShapes(name: string, configs: readonly RunConfig[], { device }: DeviceKind): void {
  const [first] = configs;
  const shape = device.shapeOf(first);
  const isSame = (config: RunConfig) => device.shapeOf(config) === shape;
  const member = configs.findIndex((config) => !isSame(config));
  if (member < 0) return;
  const { field, expected, got } = difference(first, configs[member], isSame);
  throw new ConfigError(`${name}[${member}].${field}: expected ${expected} as ${name}[0], got ${got}`);
}

interface Difference {
  /** Dotted path. */
  field: string;
  expected: string;
  got: string;
}

function difference(first: RunConfig, config: RunConfig, isSame: (config: RunConfig) => boolean): Difference {
  for (const [field, expected, got] of pairs(first, config)) {
    if (isSame({ ...first, [field]: got })) continue;
    if (!isObject(expected) || !isObject(got)) return { field, expected: show(expected), got: show(got) };
    // fields of two kinds are not to be compared
    const [inner, a, b] =
      pairs(expected, got).find(([name, , value]) =>
        expected.kind === got.kind
          ? !isSame({ ...first, [field]: { ...expected, [name]: value } })
          : name === "kind",
      ) ?? [];
    if (inner !== undefined) return { field: `${field}.${inner}`, expected: show(a), got: show(b) };
    return { field, expected: show(expected), got: show(got) };
  }
  // no field by itself: several of them
  return { field: "shape", expected: "the same", got: "another" };
}

/** Fields of two objects with the values of both. */
function pairs(a: object, b: object): [field: string, ofA: unknown, ofB: unknown][] {
  const of = (object: object, field: string) => (object as Record<string, unknown>)[field];
  return Object.keys({ ...a, ...b }).map((field) => [field, of(a, field), of(b, field)]);
}
