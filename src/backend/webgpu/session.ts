/** One device for all runs of a backend, and the pipelines that were made on it. */
import { ConfigError } from "../../configError.js";
import { type ComputedBy, DeviceLost } from "../backend.js";
import { findAdapter, type WebGpuOptions } from "./adapter.js";
import { Clock } from "./clock.js";
import { defaultTiles, type Limits, type Plan, type Tiles, type Variant } from "./plan.js";
import { createProgram, type Program } from "./program.js";
import type { ShaderName } from "./shaders.js";

const LOST = "backend: the GPU's device was lost, and with it the state of its runs";

const asked = [
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

/** Bytes of one array on the host. */
const MOST_BYTES = 2 ** 33;

export class Session {
  readonly device: GPUDevice;
  readonly computedBy: ComputedBy;
  /** Of every run's blocks. */
  readonly blockLayout: GPUBindGroupLayout;
  /** What is the matter with the device; undefined while it works. */
  failure: Error | undefined;
  /** Dawn ends what its device needs with the last reference to these. */
  readonly kept: readonly unknown[];
  readonly clock: Clock;
  /** What plans are made for. */
  readonly limits: Limits;
  readonly tiles: Tiles;
  readonly #programs = new Map<string, Program>();
  #latest: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Set<(failure: Error) => void>();

  private constructor(
    device: GPUDevice,
    computedBy: ComputedBy,
    kept: unknown[],
    { timing = "off", plan = {} }: WebGpuOptions,
  ) {
    this.device = device;
    this.computedBy = computedBy;
    this.kept = kept;
    this.clock = new Clock(device, timing);
    const { limits } = device;
    this.limits = {
      binding: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
      workgroup: limits.maxComputeWorkgroupStorageSize,
      invocations: limits.maxComputeInvocationsPerWorkgroup,
      buffers: limits.maxStorageBuffersPerShaderStage,
      ...plan,
    };
    this.tiles = { ...defaultTiles, ...plan };
    device.lost.then(({ message }) => {
      this.failure ??= new DeviceLost(message ? `${LOST} (${message.trim().split("\n")[0]})` : LOST);
      for (const reject of this.#waiting) reject(this.failure);
      this.#waiting.clear();
    });
    this.blockLayout = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: 4, buffer: { type: "uniform", hasDynamicOffset: true } }],
    });
  }

  /** @throws ConfigError where there is no adapter, or none that was asked for */
  static async open(options: WebGpuOptions): Promise<Session> {
    const { gpu, adapter, name } = await findAdapter(options);
    const { limits } = adapter;
    // as much as there is: which run comes next is not known yet
    const requiredLimits = Object.fromEntries(asked.map((limit) => [limit, limits[limit]]));
    const { timing = "off" } = options;
    const requiredFeatures: GPUFeatureName[] = timing === "off" ? [] : ["timestamp-query"];
    if (timing !== "off" && !adapter.features.has("timestamp-query"))
      throw new ConfigError("timing: expected an adapter that has timestamp queries, got one without");
    const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
    return new Session(device, name, [gpu, adapter], options);
  }

  /** @throws ConfigError with what is needed and what is offered */
  check({ largest, constants: { V, D } }: Plan): void {
    if (largest > this.limits.binding)
      throw new ConfigError(
        `vocabSize × embeddingDim: this run takes a buffer of ${largest} bytes, the adapter offers ${this.limits.binding}`,
      );
    // weights come from the host and go back to it whole
    if (4 * V * D > MOST_BYTES)
      throw new ConfigError(
        `vocabSize × embeddingDim: this run takes a buffer of ${4 * V * D} bytes, the host holds ${MOST_BYTES} in one`,
      );
  }

  /** The pipeline of a shader for a plan, made when it is first asked for. */
  program(name: ShaderName, plan: Plan, variant: Variant): Program {
    const key = `${name} ${variant} ${plan.key}`;
    let program = this.#programs.get(key);
    if (!program) {
      program = createProgram(this.device, name, plan, variant, this.blockLayout);
      this.#programs.set(key, program);
    }
    return program;
  }

  /** What the device promises, or its loss: Dawn itself is silent then. */
  orLost<T>(promise: Promise<T>): Promise<T> {
    if (this.failure) {
      promise.catch(() => {});
      return Promise.reject(this.failure);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      // not a race with a promise that lives as long as the device: that would keep every one that ever ran
      promise.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  /** Work by itself: a device has one stack of error scopes, in which that of two would tell on each other. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#latest.then(work);
    this.#latest = result.catch(() => {});
    return result;
  }

  /** Whether the device may still be used. */
  get alive(): boolean {
    return this.failure === undefined;
  }
}
