/** The back button undoes: every gesture is an entry of the browser's history, and the address is its link. */
import type { LabLink } from "../../link/link.js";

/** What the page is, as an entry of the history has it. */
export interface PageState {
  lab: LabLink;
  /** Of each of its runs, whether the GPU computes it: of that a link says nothing. */
  gpu: readonly boolean[];
}

export interface History {
  /** A new entry, or the same one where `replace`. */
  write(state: PageState, replace?: boolean): void;
}

/**
 * @param open called with the state of the entry that the reader went to
 * @param encode makes the fragment
 */
export function startHistory(
  open: (state: PageState) => void,
  encode: (link: LabLink) => Promise<string>,
): History {
  addEventListener("popstate", ({ state }) => {
    if (state?.lab) open(state);
  });
  let latest: PageState | undefined;
  return {
    write(state, replace = false) {
      latest = state;
      try {
        if (replace) history.replaceState(state, "");
        else history.pushState(state, "");
      } catch {
        // browsers bound how often in half a minute; the page goes on without an entry
      }
      encode(state.lab).then(
        (fragment) => {
          if (latest !== state) return;
          try {
            history.replaceState(state, "", location.pathname + location.search + fragment);
          } catch {
            // as above
          }
        },
        () => {},
      );
    },
  };
}
