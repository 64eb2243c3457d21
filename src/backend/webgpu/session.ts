/** One device for all runs of a backend, and the pipelines that were made on it. */
import { ConfigError } from "../../configError.js";
import { type ComputedBy, DeviceLost } from "../backend.js";
import { findAdapter, type WebGpuOptions } from "./adapter.js";
import { type Constants, createProgram, type Program, type ShaderName } from "./program.js";

const LOST = "backend: the GPU's device was lost, and with it the state of its runs";

export class Session {
  readonly device: GPUDevice;
  readonly computedBy: ComputedBy;
  /** Rejects when the device is lost: Dawn itself is silent then. */
  readonly lost: Promise<never>;
  /** Of every run's blocks. */
  readonly blockLayout: GPUBindGroupLayout;
  /** What is the matter with the device; undefined while it works. */
  failure: Error | undefined;
  /** Dawn ends what its device needs with the last reference to these. */
  readonly kept: readonly unknown[];
  readonly #programs = new Map<string, Program>();

  private constructor(device: GPUDevice, computedBy: ComputedBy, kept: unknown[]) {
    this.device = device;
    this.computedBy = computedBy;
    this.kept = kept;
    this.lost = device.lost.then(({ message }) => {
      this.failure ??= new DeviceLost(message ? `${LOST} (${message.split("\n")[0]})` : LOST);
      throw this.failure;
    });
    this.lost.catch(() => {});
    this.blockLayout = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: 4, buffer: { type: "uniform", hasDynamicOffset: true } }],
    });
  }

  /** @throws ConfigError where there is no adapter, or none that was asked for */
  static async open(options: WebGpuOptions): Promise<Session> {
    const { gpu, adapter, name } = await findAdapter(options);
    const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
    // as large as there are: which run comes next is not known yet
    const device = await adapter.requestDevice({
      requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
    });
    return new Session(device, name, [gpu, adapter]);
  }

  /** @throws ConfigError with what is needed and what is offered */
  checkSize(largest: number): void {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    const offered = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (largest > offered)
      throw new ConfigError(
        `vocabSize × embeddingDim: this run takes a buffer of ${largest} bytes, the adapter offers ${offered}`,
      );
  }

  /** The pipeline of a shader for these constants, made when it is first asked for. */
  program(name: ShaderName, constants: Constants): Program {
    const key = `${name} ${Object.values(constants).join()}`;
    let program = this.#programs.get(key);
    if (!program) {
      program = createProgram(this.device, name, constants, this.blockLayout);
      this.#programs.set(key, program);
    }
    return program;
  }

  /** Whether the device may still be used. */
  get alive(): boolean {
    return this.failure === undefined;
  }
}
