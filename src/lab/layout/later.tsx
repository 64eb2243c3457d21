/** A component that is loaded when it is first shown. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

export function Later<P>({ load, props }: { load: () => Promise<ComponentType<P>>; props: P }) {
  const [found, set] = useState<{ component: ComponentType<P> } | { error: string }>();
  useEffect(() => {
    let left = false;
    load().then(
      (component) => left || set({ component }),
      () => left || set({ error: "a part of this page could not be loaded: is its server still there?" }),
    );
    return () => {
      left = true;
    };
  }, [load]);
  if (!found) return null;
  if ("error" in found) return <p role="alert">{found.error}</p>;
  const { component: Component } = found;
  // biome-ignore lint/suspicious/noExplicitAny: props of a generic component
  return <Component {...(props as any)} />;
}
