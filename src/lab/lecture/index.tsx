/**
 * A lecture: large type, what is not needed hidden, and keys. `?present=1` opens it with the charts alone between header and
 * step slider, `?present=1&hide=runs,header` hides those instead, `?present=1&hide=` nothing.
 */
import { effect } from "@preact/signals";
import { render } from "preact";
import type { Lab } from "../state/lab.js";
import { views } from "../views/index.js";
import { Help } from "./help.js";
import { hiddenBy, hiding, unknownIn } from "./hiding.js";
import { type Action, actionOf, type Focus, turned } from "./keys.js";
import "./lecture.css";

/** Names of the tour's chapters, in their order. */
const chapterNames = async (): Promise<string[]> =>
  (await import("../tour/chapters/index.js")).chapters.map(({ name }) => name);

const focusOf = (target: EventTarget | null): Focus => {
  if (!(target instanceof Element)) return "other";
  if (target.closest("input, select, textarea, [contenteditable]")) return "field";
  return target.closest("button, a, summary") ? "button" : "other";
};

/** Keys of a lecture, as long as `lab.presenting` says that it is one. */
export function installKeys(lab: Lab): void {
  const query = new URLSearchParams(location.search);
  const hidden = hiddenBy(query.get("hide"));
  const unknown = unknownIn(
    hidden,
    views.map(({ name }) => name),
  );
  if (unknown && lab.presenting.peek()) lab.notice.value = unknown;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(hiding(hidden));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  effect(() => {
    document.documentElement.classList.toggle("presenting", lab.presenting.value);
  });

  /** All panels, while one of them is alone. */
  let together: readonly string[] | undefined;
  /** Those that can be. */
  const turnable = () => (together ?? lab.view.peek().panels).filter((name) => !hidden.includes(name));
  const alone = (name: string | undefined) => {
    const { panels } = lab.view.peek();
    together ??= panels;
    lab.look({ panels: name === undefined ? [...together] : [name] });
    if (name === undefined) together = undefined;
  };

  async function turn(by: 1 | -1): Promise<void> {
    const chapter = lab.chapter.peek();
    if (chapter !== undefined) {
      lab.chapter.value = turned(await chapterNames(), chapter, by) ?? chapter;
      return;
    }
    // before the first panel are all of them
    alone(turned([undefined, ...turnable()], together && lab.view.peek().panels[0], by));
  }

  const actions: { [Kind in Action["kind"]]: (action: Extract<Action, { kind: Kind }>) => void } = {
    turn: ({ by }) => void turn(by),
    play: () => (lab.playing.peek() ? lab.pause() : lab.play()),
    replay: () => lab.replay(),
    "next-run"() {
      const shown = lab.runs.peek().filter((run) => run.shown.peek());
      const next = shown[(shown.indexOf(lab.focused.peek()) + 1) % shown.length];
      if (next) lab.focus(next);
    },
    step: () => lab.step(),
    alone({ panel }) {
      const name = turnable()[panel];
      const isAlone = together && lab.view.peek().panels[0] === name;
      if (name !== undefined) alone(isAlone ? undefined : name);
    },
    leave() {
      if (together) alone(undefined);
      lab.presenting.value = false;
      // a reload does not come back to it
      for (const name of ["present", "hide"]) query.delete(name);
      const rest = query.size > 0 ? `?${query}` : "";
      history.replaceState(history.state, "", `${location.pathname}${rest}${location.hash}`);
    },
    help: showHelp,
  };

  addEventListener("keydown", (event) => {
    if (!lab.presenting.peek() || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const action = actionOf(event, focusOf(event.target));
    if (!action) return;
    event.preventDefault();
    actions[action.kind](action as never);
  });
}

function showHelp(): void {
  const place = document.body.appendChild(document.createElement("div"));
  const close = () => {
    render(null, place);
    place.remove();
  };
  render(<Help onClose={close} />, place);
}
