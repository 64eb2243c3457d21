/** The back button undoes: every gesture is an entry of the browser's history, and the address is its link. */
import type { LabLink } from "../../link/link.js";

/** Milliseconds within which changes of a kind that comes in numbers are one gesture. */
const GESTURE = 600;

export interface History {
  /** What the page begins with: the entry that is there, its address as it was opened. */
  begin(link: LabLink): void;
  /** A new entry. */
  write(link: LabLink): void;
  /** A new entry, or the latest again where that is of the same gesture. */
  goOn(link: LabLink): void;
}

/**
 * @param open called with the link of the entry that the reader went to
 * @param encode makes the fragment
 */
export function startHistory(
  open: (link: LabLink) => void,
  encode: (link: LabLink) => Promise<string>,
): History {
  /** What the entry that the page is at holds. */
  let latest: LabLink | undefined;
  let gesture = Number.NEGATIVE_INFINITY;
  addEventListener("popstate", ({ state }) => {
    latest = undefined;
    gesture = Number.NEGATIVE_INFINITY;
    if (state?.lab) open(state.lab);
  });

  function enter(link: LabLink, how: "pushState" | "replaceState"): void {
    latest = undefined;
    try {
      history[how]({ lab: link }, "");
    } catch {
      // browsers bound how often in half a minute; the page goes on without an entry
      return;
    }
    latest = link;
    encode(link).then(
      (fragment) => {
        if (latest !== link) return;
        try {
          history.replaceState({ lab: link }, "", location.pathname + location.search + fragment);
        } catch {
          // as above
        }
      },
      () => {},
    );
  }

  return {
    begin: (link) => history.replaceState({ lab: link }, ""),
    write(link) {
      gesture = Number.NEGATIVE_INFINITY;
      enter(link, "pushState");
    },
    goOn(link) {
      const now = performance.now();
      enter(link, now - gesture < GESTURE ? "replaceState" : "pushState");
      gesture = now;
    },
  };
}
