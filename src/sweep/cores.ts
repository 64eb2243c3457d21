import { availableParallelism } from "node:os";
import { cgroupCpus } from "./cgroup.js";

/** Cores that this process may use: affinity and cgroup limits included, at least 1. */
export const cores = (): number => Math.max(1, Math.floor(Math.min(availableParallelism(), cgroupCpus())));
