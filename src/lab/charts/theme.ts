/** The page's colours as a canvas needs them, read anew when its theme changes. */
import { type Signal, signal } from "@preact/signals";
import { looks } from "../looks.js";

export interface Colours {
  ink: string;
  faint: string;
  line: string;
  paper: string;
  accent: string;
  looks: readonly string[];
  dark: boolean;
}

/** Through an element: a variable's own text may be made of others. */
function read(): Colours {
  const probe = document.body.appendChild(document.createElement("span"));
  const style = getComputedStyle(probe);
  const resolved = (variable: string, otherwise: string) => {
    probe.style.color = `var(${variable}, ${otherwise})`;
    return style.color;
  };
  const chosen = document.documentElement.dataset.theme;
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const colours = {
    ink: resolved("--ink", "CanvasText"),
    faint: resolved("--faint", "GrayText"),
    line: resolved("--line", "GrayText"),
    paper: resolved("--paper", "Canvas"),
    accent: resolved("--accent", "LinkText"),
    looks: looks.map(({ variable }) => resolved(variable, "CanvasText")),
    dark,
  };
  probe.remove();
  return colours;
}

let kept: Signal<Colours> | undefined;

/** A signal: what reads it in an effect is told of another theme. */
export function colours(): Signal<Colours> {
  if (kept) return kept;
  const now = signal(read());
  const again = () => {
    now.value = read();
  };
  kept = now;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
  // paper is light, whatever the screen is
  const { dataset } = document.documentElement;
  let chosen: string | undefined;
  addEventListener("beforeprint", () => {
    chosen = dataset.theme;
    dataset.theme = "light";
    again();
  });
  addEventListener("afterprint", () => {
    if (chosen) dataset.theme = chosen;
    else delete dataset.theme;
    again();
  });
  return now;
}

export const stillness = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
