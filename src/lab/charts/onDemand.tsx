/** A component that is loaded when it is first rendered; what it is said to be meanwhile, if anything. */
import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";

export function onDemand<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting = "Loading …",
): (props: Props) => JSX.Element | null {
  const loaded = signal<ComponentType<Props> | undefined>(undefined);
  const said = signal(waiting);
  let asked = false;
  const ask = () => {
    asked = true;
    load().then(
      (component) => {
        loaded.value = component;
      },
      () => {
        // the next one to render it asks again
        asked = false;
        said.value = "This part of the page could not be loaded.";
      },
    );
  };
  return (props) => {
    const Loaded = loaded.value;
    if (Loaded) return <Loaded {...props} />;
    if (!asked) ask();
    return said.value ? <p class="empty">{said}</p> : null;
  };
}
