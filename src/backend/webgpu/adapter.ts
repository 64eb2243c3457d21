/** A device to compute on, or one line that says why there is none. */
import { ConfigError } from "../../configError.js";
import type { ComputedBy } from "../backend.js";
import type { Timing } from "./clock.js";
import type { Limits, Tiles } from "./plan.js";

/** A `GPU`, in words that need none of the WebGPU types, which not every project has. */
export interface GpuObject {
  requestAdapter(options?: {
    powerPreference?: "low-power" | "high-performance";
  }): Promise<{ requestDevice(): Promise<object> } | null>;
}

export interface WebGpuOptions {
  /** `navigator.gpu` when left out; in Node and Bun `create([])` of the package `webgpu`. */
  gpu?: GpuObject | undefined;
  powerPreference?: "low-power" | "high-performance" | undefined;
  /** Whether an adapter will do that computes in software. Default false. */
  allowFallbackAdapter?: boolean | undefined;
  /**
   * Whether the device times its work: submissions as wholes, or, at some cost, every dispatch; `device.profile()` says what it
   * took. Default "off".
   */
  timing?: Timing | undefined;
  /** @internal other sizes of tiles, and smaller limits than the device's, for benches and tests */
  plan?: Partial<Tiles & Limits> | undefined;
}

/** A package that may be missing: bundlers neither follow a name that comes from elsewhere nor ask for it. */
const load = (name: string) => import(/* @vite-ignore */ /* webpackIgnore: true */ name);

async function findGpu(): Promise<GPU> {
  const { gpu } = (globalThis as { navigator?: { gpu?: GPU } }).navigator ?? {};
  if (gpu) return gpu;
  const dawn = await load("webgpu").catch(({ code, message }) => {
    if (code && code !== "ERR_MODULE_NOT_FOUND")
      throw new ConfigError(`backend: the package webgpu does not load here: ${message.split("\n")[0]}`);
  });
  if (!dawn)
    throw new ConfigError(
      "backend: expected WebGPU, which is not here; in Node, install the package webgpu: npm install webgpu",
    );
  return dawn.create([]) as GPU;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|warp|basic render/i;

/**
 * @throws ConfigError where there is no adapter, or only one that was not asked for
 * @internal
 */
export async function findAdapter({
  gpu,
  powerPreference,
  allowFallbackAdapter = false,
}: WebGpuOptions): Promise<{ gpu: GPU; adapter: GPUAdapter; name: ComputedBy }> {
  const found = (gpu as GPU | undefined) ?? (await findGpu());
  const adapter = await found.requestAdapter({ ...(powerPreference ? { powerPreference } : {}) });
  if (!adapter) throw new ConfigError("backend: expected a WebGPU adapter, got none");
  const { vendor, architecture, device, description } = adapter.info;
  const words = [description, device, architecture, vendor].filter((word) => word !== "");
  const isSoftware =
    (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter === true ||
    SOFTWARE.test(words.join(" "));
  if (isSoftware && !allowFallbackAdapter)
    throw new ConfigError(
      `backend: expected a GPU, got ${words[0] ?? "an adapter"} in software (allowFallbackAdapter takes it)`,
    );
  return {
    gpu: found,
    adapter,
    name: {
      backend: "webgpu",
      adapter: device || description || architecture || "unknown",
      driver: [vendor, architecture, description].filter((word) => word !== "").join(" "),
    },
  };
}
