import { expect, test } from "vitest";
import { hasRelaxed, processorOf } from "../../src/sweep/processor.js";

test("a strict run is nobody's in particular; a relaxed one is of what its roundings depend on", () => {
  expect(processorOf({ arithmetic: "strict" })).toBeUndefined();
  const { backend, adapter, driver } = processorOf({ arithmetic: "relaxed" }) ?? {};
  expect(backend).toBe("wasm");
  expect(adapter?.startsWith(process.arch)).toBe(true);
  expect(driver).toMatch(/^(V8 \d+\.\d+|Bun .+)$/);
  expect(processorOf({ arithmetic: "relaxed" }, "reference")).toEqual({
    backend: "reference",
    adapter,
    driver,
  });
  // relaxed SIMD came with V8 11.4
  const [major, minor] = process.versions.v8.split(".").map(Number);
  expect(hasRelaxed()).toBe(major > 11 || (major === 11 && minor >= 4));
  if (!hasRelaxed()) expect(adapter).toBe(process.arch);
});
