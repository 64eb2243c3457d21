/** What a control group grants, where the process stands in it. */
import { expect, test } from "vitest";
import { cgroupCpus, cgroupMemory } from "../../src/sweep/cgroup.js";

const reader = (files: Record<string, string>) => (path: string) => files[path];
const GiB = 2 ** 30;

test("cgroup v2: a limit at the process's own group or at any above it holds, the smallest of them", () => {
  const group = "/sys/fs/cgroup/user.slice/job.scope";
  const files = {
    "/proc/self/cgroup": "0::/user.slice/job.scope/step",
    [`${group}/memory.max`]: String(4 * GiB),
    [`${group}/memory.current`]: String(3 * GiB),
    [`${group}/memory.stat`]: `anon 5\ninactive_file ${GiB / 2}\nactive_file 7`,
    "/sys/fs/cgroup/user.slice/memory.max": "max",
    [`${group}/step/cpu.max`]: "max 100000",
    [`${group}/cpu.max`]: "350000 100000",
    "/sys/fs/cgroup/user.slice/cpu.max": "800000 100000",
  };
  expect(cgroupMemory(reader(files))).toBe(1.5 * GiB);
  expect(cgroupCpus(reader(files))).toBe(3.5);
  const tighter = { ...files, "/sys/fs/cgroup/user.slice/memory.max": String(GiB) };
  expect(cgroupMemory(reader({ ...tighter, "/sys/fs/cgroup/user.slice/memory.current": "24" }))).toBe(
    GiB - 24,
  );
});

test("cgroup v1: each controller has a path of its own", () => {
  const files = {
    "/proc/self/cgroup": "9:memory:/slurm/job_7\n3:cpu,cpuacct:/slurm/job_7/step_0\n1:name=systemd:/",
    "/sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes": String(2 * GiB),
    "/sys/fs/cgroup/memory/slurm/job_7/memory.usage_in_bytes": String(GiB),
    "/sys/fs/cgroup/memory/slurm/job_7/memory.stat": "total_inactive_file 1000",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
    "/sys/fs/cgroup/cpu/slurm/job_7/step_0/cpu.cfs_quota_us": "-1",
    "/sys/fs/cgroup/cpu/slurm/job_7/step_0/cpu.cfs_period_us": "100000",
    "/sys/fs/cgroup/cpu/slurm/job_7/cpu.cfs_quota_us": "200000",
    "/sys/fs/cgroup/cpu/slurm/job_7/cpu.cfs_period_us": "100000",
  };
  expect(cgroupMemory(reader(files))).toBe(GiB + 1000);
  expect(cgroupCpus(reader(files))).toBe(2);
});

test("a container that sees only its own group, and a process without any", () => {
  const files = { "/proc/self/cgroup": "0::/docker/abc", "/sys/fs/cgroup/memory.max": String(GiB) };
  expect(cgroupMemory(reader(files))).toBe(GiB);
  expect(cgroupMemory(reader({}))).toBe(Number.POSITIVE_INFINITY);
  expect(cgroupCpus(reader({}))).toBe(Number.POSITIVE_INFINITY);
});

test("groups with numbers of any length, and lines that are none, are told apart", () => {
  const files = {
    "/proc/self/cgroup": "x3:memory:/wrong\n:memory:/wrong\n12:memory:/a\n11:cpu:/a",
    "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "100",
    "/sys/fs/cgroup/memory/wrong/memory.limit_in_bytes": "1",
    "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "0",
    "/sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000",
  };
  expect(cgroupMemory(reader(files))).toBe(100);
  expect(cgroupCpus(reader(files))).toBe(Number.POSITIVE_INFINITY);
  const v2 = { "/proc/self/cgroup": "0::/", "/sys/fs/cgroup/memory.max": "100" };
  // more in use than is granted; a cache that another line only ends in
  const used = { ...v2, "/sys/fs/cgroup/memory.current": "150" };
  expect(cgroupMemory(reader(used))).toBe(0);
  const cache = (stat: string) => cgroupMemory(reader({ ...used, "/sys/fs/cgroup/memory.stat": stat }));
  expect(cache("inactive_file 70")).toBe(20);
  expect(cache("total_inactive_file 70")).toBe(0);
  expect(cache("inactive_file 70 kB")).toBe(0);
  expect(cgroupCpus(reader({ ...v2, "/sys/fs/cgroup/cpu.max": "100 0" }))).toBe(Number.POSITIVE_INFINITY);
});
