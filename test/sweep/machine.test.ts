/** What this machine has, from a system that says what the test wants it to say. */
import { afterEach, expect, test, vi } from "vitest";
import { cgroupCpus, cgroupMemory } from "../../src/sweep/cgroup.js";
import { cores } from "../../src/sweep/cores.js";
import { atMost, freeAddresses, freeMemory } from "../../src/sweep/memory.js";

const system = vi.hoisted(() => ({ files: {} as Record<string, string>, cores: 8, free: 1000 }));
vi.mock("node:fs", async (original) => ({
  ...(await original<typeof import("node:fs")>()),
  readFileSync: (path: string, encoding?: string) => {
    if (!(path in system.files)) throw new Error(`ENOENT: ${path}`);
    return encoding ? system.files[path] : Buffer.from(system.files[path]);
  },
}));
vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  availableParallelism: () => system.cores,
  freemem: () => system.free,
}));
const platform = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
afterEach(() => {
  Object.assign(system, { files: {}, cores: 8, free: 1000 });
  Object.defineProperty(process, "platform", platform);
});
const { POSITIVE_INFINITY: none } = Number;

test("memory: what is free and what the group grants, the smaller", () => {
  expect([freeMemory(), cgroupMemory()]).toEqual([1000, none]);
  system.files = { "/proc/self/cgroup": "0::/job\n", "/sys/fs/cgroup/job/memory.max": "700\n" };
  expect([freeMemory(), cgroupMemory()]).toEqual([700, 700]);
  system.free = 600;
  expect(freeMemory()).toBe(600);
  // only Linux counts as free what it can make free
  Object.defineProperty(process, "platform", { value: "linux" });
  expect(atMost()).toBe(600);
  Object.defineProperty(process, "platform", { value: "darwin" });
  expect(atMost()).toBe(none);
});

test("cores: the system's and the group's, the fewer, whole ones, at least 1", () => {
  expect([cores(), cgroupCpus()]).toEqual([8, none]);
  system.files = { "/proc/self/cgroup": "0::/job\n", "/sys/fs/cgroup/job/cpu.max": "390000 100000\n" };
  expect([cores(), cgroupCpus()]).toEqual([3, 3.9]);
  system.cores = 2;
  expect(cores()).toBe(2);
  system.files["/sys/fs/cgroup/job/cpu.max"] = "50000 100000\n";
  expect(cores()).toBe(1);
});

test("addresses: the limit without what is mapped, or no end of them", () => {
  const limits = "Limit  Soft Limit  Hard Limit  Units\nMax file size  5  5  bytes\n";
  const status = "Name:\tnode\nVmPeak:\t    90 kB\nVmSize:\t    10 kB\n";
  const at = (limits?: string, status?: string) => {
    system.files = {};
    if (limits) system.files["/proc/self/limits"] = limits;
    if (status) system.files["/proc/self/status"] = status;
    return freeAddresses();
  };
  expect(at(`${limits}Max address space    1000000   2000000   bytes\n`, status)).toBe(1_000_000 - 10_240);
  expect(at(`${limits}Max address space    unlimited   unlimited   bytes\n`, status)).toBe(none);
  expect(at(`${limits}No Max address space 10 10 bytes\n`, status)).toBe(none);
  expect(at(`${limits}Max address space    1000000 2000000 bytes\n`, "Name:\tnode\nNo VmSize: 10 kB\n")).toBe(
    none,
  );
  expect(at(undefined, status)).toBe(none);
  expect(at(limits)).toBe(none);
});
