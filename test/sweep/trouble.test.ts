import { expect, test } from "vitest";
import { troubleOf } from "../../src/sweep/trouble.js";

const error = (message: string, rest: object = {}) => Object.assign(new Error(message), rest);

test.each<[unknown, string, string]>([
  [error("it threw\n  at some place"), "run", "it threw"],
  ["a text\nof two lines", "run", "a text"],
  [undefined, "run", "undefined"],
  [error("this run takes more than is at hand"), "memory", "this run takes more than is at hand"],
  [error("Out of memory"), "memory", "Out of memory"],
  [
    error("vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY"),
    "memory",
    "vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY",
  ],
  [
    error("vocabSize × embeddingDim: this run takes 9 bytes on the GPU, which refused them (x)"),
    "memory",
    "vocabSize × embeddingDim: this run takes 9 bytes on the GPU, which refused them (x)",
  ],
  [error("Array buffer allocation failed"), "memory", "Array buffer allocation failed"],
  [error("could not allocate memory"), "memory", "could not allocate memory"],
  [error("fork: cannot allocate memory"), "memory", "fork: cannot allocate memory"],
  [
    new RangeError("WebAssembly.Memory(): could not allocate memory"),
    "memory",
    "WebAssembly.Memory(): could not allocate memory",
  ],
  // what is said behind the first line counts for nothing
  [error("it threw\nout of memory"), "run", "it threw"],
  [error("read", { code: "ENOMEM", errno: -12 }), "memory", "read"],
  [error("a worker ended", { code: "ERR_WORKER_OUT_OF_MEMORY" }), "memory", "a worker ended"],
  [error("open", { code: "EMFILE", errno: -24 }), "machine", "open"],
  [error("no worker", { code: "ERR_WORKER_INIT_FAILED" }), "machine", "no worker"],
  [
    error("threads: one of this run's could not be started (x)"),
    "machine",
    "threads: one of this run's could not be started (x)",
  ],
  [
    error("its threads: one of this run's could not be started"),
    "run",
    "its threads: one of this run's could not be started",
  ],
  [error("a code alone", { code: "ERR_INVALID_ARG_TYPE" }), "run", "a code alone"],
])("%s is the fault of: %s", (thrown, cause, message) => {
  expect(troubleOf(thrown)).toEqual({ cause, message });
});
