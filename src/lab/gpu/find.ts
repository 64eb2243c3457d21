/** This browser's GPU: asked for once, when somebody first looks for it. */
import { useEffect, useState } from "preact/hooks";
import { findAdapter } from "../../backend/webgpu/adapter.js";

/** Its name, or why there is none, in a line. */
export type Found = { name: string } | { missing: string };

let asked: Promise<Found> | undefined;

async function ask(): Promise<Found> {
  if (!("gpu" in navigator))
    return {
      missing: isSecureContext
        ? "this browser has no WebGPU"
        : "WebGPU takes a page by https or of localhost",
    };
  try {
    const allowFallbackAdapter = new URLSearchParams(location.search).has("allow-fallback-adapter");
    const { name } = await findAdapter({ allowFallbackAdapter });
    return { name: name.adapter };
  } catch (error) {
    return { missing: (error as Error).message.replace(/^backend: /, "").replace(/ \(allow.*\)$/, "") };
  }
}

/** Undefined until it is known. */
export function useGpu(): Found | undefined {
  const [found, set] = useState<Found>();
  useEffect(() => {
    asked ??= ask();
    asked.then(set);
  }, []);
  return found;
}
