import { readFileSync } from "node:fs";
import { freemem } from "node:os";
import { cgroupMemory } from "./cgroup.js";

/** Bytes of memory that this process may still take: what the machine has free and the control group grants. */
export const freeMemory = (): number => Math.min(freemem(), cgroupMemory());

/** Bytes of memory that no run can exceed here, or Infinity: only Linux counts as free what it can make free. */
export const atMost = (): number => (process.platform === "linux" ? freeMemory() : Number.POSITIVE_INFINITY);

/**
 * Bytes of addresses that this process may still map under a limit (`ulimit -v`), or Infinity without one. A thread and a
 * WebAssembly memory map far more than they use.
 */
export function freeAddresses(): number {
  try {
    const limit = /^Max address space +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
    const mapped = /^VmSize:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
    return limit && mapped ? Number(limit) - 1024 * Number(mapped) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
