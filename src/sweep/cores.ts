import { availableParallelism } from "node:os";
import { readControl } from "./cgroup.js";

/** CPUs that the control group grants, or Infinity without a limit (cgroup v2, then v1). */
function cgroupCpus(): number {
  const v2 = readControl("cpu.max")?.split(" ").map(Number);
  if (v2 && Number.isFinite(v2[0])) return v2[0] / v2[1];
  const quota = Number(readControl("cpu/cpu.cfs_quota_us") ?? -1);
  const period = Number(readControl("cpu/cpu.cfs_period_us") ?? 0);
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

/** Cores that this process may use: affinity and cgroup limits included, at least 1. */
export const cores = (): number => Math.max(1, Math.floor(Math.min(availableParallelism(), cgroupCpus())));
