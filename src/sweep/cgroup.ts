import { readFileSync } from "node:fs";

/** What a file of the control group says (a path below /sys/fs/cgroup), undefined where there is none. */
export const readControl = (path: string): string | undefined => {
  try {
    return readFileSync(`/sys/fs/cgroup/${path}`, "utf8").trim();
  } catch {
    return undefined;
  }
};
