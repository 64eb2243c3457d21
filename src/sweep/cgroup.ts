/** Limits of the control groups that this process stands in (cgroup v1, v2, or both at once), as far as it can see them. */
import { readFileSync } from "node:fs";

/** What a file says, undefined where there is none. */
export type ReadFile = (path: string) => string | undefined;

const readSystemFile: ReadFile = (path) => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
};

const ROOT = "/sys/fs/cgroup";

/** `/a/b` → `/a/b`, `/a`, and the root: a limit anywhere above a process holds for it. */
function upwards(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  return names.map((_, i) => `/${names.slice(0, names.length - i).join("/")}`).concat("");
}

/**
 * The process's group of a controller and all groups above it, innermost first. In a container the path may be that of
 * the host, of which nothing can be seen here but the root.
 */
function groupsOf(controller: "memory" | "cpu", read: ReadFile): { version: 1 | 2; folder: string }[] {
  const lines = (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return path === undefined ? [] : [{ controllers: controllers.split(","), path }];
  });
  const pathOf = (name: string) => lines.find(({ controllers }) => controllers.includes(name))?.path ?? "";
  return [
    ...upwards(pathOf("")).map((path) => ({ version: 2 as const, folder: ROOT + path })),
    ...upwards(pathOf(controller)).map((path) => ({
      version: 1 as const,
      folder: `${ROOT}/${controller}${path}`,
    })),
  ];
}

/** Limits that are left out, "max" or not a number are none. */
const smallest = (limits: (number | undefined)[]): number =>
  limits.reduce<number>(
    (least, limit) => (limit !== undefined && limit < least ? limit : least),
    Number.POSITIVE_INFINITY,
  );

/** Bytes that the control groups still grant, or Infinity without a limit. Page cache counts as free. */
export function cgroupMemory(read: ReadFile = readSystemFile): number {
  const files = {
    1: ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"],
    2: ["memory.max", "memory.current", "inactive_file"],
  } as const;
  return smallest(
    groupsOf("memory", read).map(({ version, folder }) => {
      const [limit, used, cache] = files[version];
      const most = Number(read(`${folder}/${limit}`) ?? Number.NaN);
      if (!Number.isFinite(most)) return undefined;
      const cached = new RegExp(`^${cache} (\\d+)$`, "m").exec(read(`${folder}/memory.stat`) ?? "")?.[1];
      return Math.max(0, most - Number(read(`${folder}/${used}`) ?? 0) + Number(cached ?? 0));
    }),
  );
}

/** CPUs that the control groups grant, or Infinity without a limit. */
export function cgroupCpus(read: ReadFile = readSystemFile): number {
  return smallest(
    groupsOf("cpu", read).map(({ version, folder }) => {
      const [quota, period] =
        version === 2
          ? (read(`${folder}/cpu.max`) ?? "").split(" ").map(Number)
          : [read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)].map((text) =>
              Number(text ?? Number.NaN),
            );
      return quota > 0 && period > 0 ? quota / period : undefined;
    }),
  );
}
