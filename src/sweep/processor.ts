/** This process as one that computes relaxed runs: what its roundings depend on. */
import type { ComputedBy } from "../backend/backend.js";
import type { RunConfig } from "../config.js";

/** f(a, b, c) = relaxed_madd(a, b, c) of one lane, by hand: the function's type, export and body. */
const RELAXED_MADD = Uint8Array.from(
  [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    [0x01, 0x08, 0x01, 0x60, 0x03, 0x7d, 0x7d, 0x7d, 0x01, 0x7d],
    [0x03, 0x02, 0x01, 0x00],
    [0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
    [0x0a, 0x16, 0x01, 0x14, 0x00],
    [0x20, 0x00, 0xfd, 0x13, 0x20, 0x01, 0xfd, 0x13, 0x20, 0x02, 0xfd, 0x13],
    [0xfd, 0x85, 0x02, 0xfd, 0x1f, 0x00, 0x0b],
  ].flat(),
);

/** Whether this runtime computes relaxed runs at all: Node 20 does not. */
export const hasRelaxed = (): boolean => WebAssembly.validate(RELAXED_MADD);

/** Whether relaxed products are added before they are rounded. */
function fuses(): boolean {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(RELAXED_MADD));
    const madd = exports.f as (a: number, b: number, c: number) => number;
    // 1 + 2^-12 squared is 1 + 2^-11 in f32, and 2^-24 more before it is rounded
    return madd(1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)) !== 0;
  } catch {
    return false;
  }
}

let known: Omit<ComputedBy, "backend"> | undefined;

/** Who computes a run on this machine's processor; undefined for a strict one, which has the same bits everywhere. */
export function processorOf(
  { arithmetic }: Pick<RunConfig, "arithmetic">,
  backend = "wasm",
): ComputedBy | undefined {
  if (arithmetic !== "relaxed") return undefined;
  const { bun, v8 } = process.versions;
  known ??= {
    adapter: `${process.arch}${fuses() ? " with fused multiply-add" : ""}`,
    driver: bun ? `Bun ${bun}` : `V8 ${v8.split(".", 2).join(".")}`,
  };
  return { backend, ...known };
}
