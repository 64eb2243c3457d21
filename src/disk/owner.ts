/**
 * Who left a file: a process, known by pid and start time (a pid is used again) within its machine, boot and pid
 * namespace. Where one cannot see the other (another machine on a shared disk, another container), only time decides.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface Owner {
  pid: number;
  /** Start of the process in ticks since boot, null where the system does not tell. */
  started: string | null;
  host: string;
  /** Machine, boot and pid namespace: where `pid` means something. */
  place: string;
}

export const attempt = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch {
    return null;
  }
};

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets. */
const startOf = (pid: number): string | null =>
  attempt(() => {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  });

export const place = (): string =>
  [
    hostname(),
    attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()),
    attempt(() => readlinkSync("/proc/self/ns/pid")),
  ].join(" ");

export const thisProcess = (): Owner => ({
  pid: process.pid,
  started: startOf(process.pid),
  host: hostname(),
  place: place(),
});

/** Whether a process of this machine has the pid. */
export const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** What can be known of an owner at once. */
export function judge(owner: Owner): "alive" | "dead" | "unseen" {
  if (owner.place !== place()) return "unseen";
  if (!exists(owner.pid)) return "dead";
  if (owner.started === null) return "unseen";
  return startOf(owner.pid) === owner.started ? "alive" : "dead";
}
