import { freemem } from "node:os";
import { readControl } from "./cgroup.js";

/** Bytes that the control group still grants, or Infinity without a limit (cgroup v2, then v1). Page cache counts as free. */
function cgroupMemory(): number {
  for (const [limit, used, stat, cache] of [
    ["memory.max", "memory.current", "memory.stat", "inactive_file"],
    [
      "memory/memory.limit_in_bytes",
      "memory/memory.usage_in_bytes",
      "memory/memory.stat",
      "total_inactive_file",
    ],
  ]) {
    const most = Number(readControl(limit) ?? Number.NaN);
    if (!Number.isFinite(most)) continue;
    const cached = new RegExp(`^${cache} (\\d+)$`, "m").exec(readControl(stat) ?? "")?.[1];
    return Math.max(0, most - Number(readControl(used) ?? 0) + Number(cached ?? 0));
  }
  return Number.POSITIVE_INFINITY;
}

/** Bytes of memory that this process may still take: what the machine has free and the control group grants. */
export const freeMemory = (): number => Math.min(freemem(), cgroupMemory());
