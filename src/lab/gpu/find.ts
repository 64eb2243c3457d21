/** This browser's GPU: asked for once, when somebody first looks for it. */
import { signal } from "@preact/signals";

/** Its name, or why there is none, in a line. */
export type Found = { name: string } | { missing: string };

const found = signal<Found | undefined>(undefined);
let isAsked = false;

async function ask(): Promise<Found> {
  if (!("gpu" in navigator))
    return {
      missing: isSecureContext
        ? "this browser has no WebGPU"
        : "WebGPU takes a page by https or of localhost",
    };
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  if (!adapter) return { missing: "this browser's WebGPU finds none" };
  const { device, description, architecture, isFallbackAdapter } = adapter.info;
  const name = device || description || architecture || "unknown";
  // slower than the processor; it is for tests
  if (isFallbackAdapter && !location.search.includes("allow-fallback-adapter"))
    return { missing: `${name} is one in software` };
  return { name };
}

/** Undefined until it is known; whoever draws it is drawn again then. */
export function foundGpu(): Found | undefined {
  if (!isAsked) {
    isAsked = true;
    ask().then((answer) => {
      found.value = answer;
    });
  }
  return found.value;
}
