/** `--backend webgpu` of the commands that train, and the line that says what computes. */
import type { Command } from "commander";
import { webgpu } from "../backend/webgpu/index.js";
import { ConfigError } from "../config.js";
import { shownComputedBy } from "../sweep/computedBy.js";
import { hasRelaxed } from "../sweep/processor.js";
import type { DeviceKind } from "../training/together.js";

export interface BackendFlags {
  backend?: string;
  allowFallbackAdapter?: boolean;
  fallBack?: boolean;
  threads?: string;
  arithmetic?: unknown;
}

/** @param names of the backends that the command takes, the default one first */
export function addBackendFlags(command: Command, names: readonly string[]): void {
  command
    .option("--backend <name>", `${names.join(", ")}, which computes relaxed (default: ${names[0]})`)
    .option("--allow-fallback-adapter", "with webgpu: take an adapter that computes in software")
    .option("--fall-back", "with webgpu: where there is none, compute relaxed on the processor");
}

/** @throws ConfigError for flags that do not go together, before anything is looked for */
export function checkBackendFlags(
  { backend, allowFallbackAdapter, fallBack, threads, arithmetic }: BackendFlags,
  names: readonly string[],
): void {
  if (backend !== undefined && !names.includes(backend)) {
    const quoted = names.map((name) => JSON.stringify(name));
    throw new ConfigError(
      `--backend: expected ${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}, got ${JSON.stringify(backend)}`,
    );
  }
  if (backend !== "webgpu") {
    for (const [flag, given] of Object.entries({
      "--allow-fallback-adapter": allowFallbackAdapter,
      "--fall-back": fallBack,
    }))
      if (given)
        throw new ConfigError(`${flag}: expected --backend webgpu with it, got ${backend ?? "none"}`);
    return;
  }
  if (threads !== undefined)
    throw new ConfigError(`--threads: expected nothing with --backend webgpu, got ${threads}`);
  if (arithmetic !== undefined) checkRelaxed(arithmetic, "--arithmetic");
}

/** @throws ConfigError for arithmetic that a GPU does not have, also where the processor takes its place */
export function checkRelaxed(arithmetic: unknown, name = "arithmetic"): void {
  if (arithmetic === "relaxed") return;
  throw new ConfigError(
    `${name}: expected "relaxed" with --backend webgpu, whose rounding may differ from device to device, got ${JSON.stringify(arithmetic)}`,
  );
}

/**
 * The device that the flags ask for, undefined where the processor computes: with `--fall-back` also where there is none.
 * Says on stderr which it is.
 * @throws ConfigError where there is no adapter, or only one that was not asked for
 */
export async function deviceOf({
  backend,
  allowFallbackAdapter = false,
  fallBack,
}: BackendFlags): Promise<DeviceKind | undefined> {
  if (backend !== "webgpu") return undefined;
  const kind = webgpu({ allowFallbackAdapter });
  try {
    process.stderr.write(`${shownComputedBy(await kind.device.computedBy())}, relaxed arithmetic\n`);
    return kind;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const message = error.message
      .replace(/^backend:/, "--backend:")
      .replace("(allowFallbackAdapter takes it)", "(--allow-fallback-adapter takes it)");
    if (!fallBack) throw new ConfigError(message);
    if (!hasRelaxed())
      throw new ConfigError(
        `${message}; and the processor cannot take its place: this runtime has no relaxed SIMD`,
      );
    process.stderr.write(`${message}; falling back to the processor, relaxed arithmetic\n`);
    return undefined;
  }
}
