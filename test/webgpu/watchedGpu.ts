/** A `GPU` that lets a test look on: it can lose its device, have no adapter, and counts the buffers that are alive. */
export class WatchedGpu {
  /** Whether there is an adapter. */
  present = true;
  /** Buffers that were created and not destroyed. */
  readonly alive = new Set<GPUBuffer>();
  created = 0;
  /** Devices that were opened. */
  devices = 0;
  /** Told of every submission, before it is made. */
  onSubmit: () => void = () => {};
  readonly #gpu: GPU;
  #device: GPUDevice | undefined;

  constructor(gpu: GPU) {
    this.#gpu = gpu;
  }

  /** For `webgpu({ gpu })`. */
  get gpu(): GPU {
    const requestAdapter = async (options?: GPURequestAdapterOptions) => {
      const adapter = this.present ? await this.#gpu.requestAdapter(options) : null;
      return adapter && instead(adapter, { requestDevice: (descriptor) => this.#open(adapter, descriptor) });
    };
    return instead(this.#gpu, { requestAdapter });
  }

  /** As if the driver had been reset. */
  lose(): void {
    this.#device?.destroy();
  }

  async #open(adapter: GPUAdapter, descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> {
    const device = await adapter.requestDevice(descriptor);
    this.#device = device;
    this.devices++;
    const { queue } = device;
    return instead(device, {
      createBuffer: (asked) => {
        const buffer = device.createBuffer(asked);
        const destroy = buffer.destroy.bind(buffer);
        this.alive.add(buffer);
        this.created++;
        buffer.destroy = () => {
          this.alive.delete(buffer);
          return destroy();
        };
        return buffer;
      },
      queue: instead(queue, {
        submit: (commands) => {
          this.onSubmit();
          return queue.submit(commands);
        },
      }),
    });
  }
}

/** An object with some of its members replaced; its own methods see the object itself, which is not of JavaScript. */
function instead<T extends object>(object: T, members: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
