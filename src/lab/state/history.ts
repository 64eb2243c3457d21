/** The back button undoes: every gesture is an entry of the browser's history, and the address is its link. */
import type { LabLink } from "../../link/link.js";

export interface History {
  /** What the page begins with: the entry that is there, its address as it was opened. */
  begin(link: LabLink): void;
  /** A new entry. */
  write(link: LabLink): void;
}

/**
 * @param open called with the link of the entry that the reader went to
 * @param encode makes the fragment
 */
export function startHistory(
  open: (link: LabLink) => void,
  encode: (link: LabLink) => Promise<string>,
): History {
  addEventListener("popstate", ({ state }) => {
    if (state?.lab) open(state.lab);
  });
  let latest: LabLink | undefined;
  return {
    begin: (link) => history.replaceState({ lab: link }, ""),
    write(link) {
      latest = link;
      try {
        history.pushState({ lab: link }, "");
      } catch {
        // browsers bound how often in half a minute; the page goes on without an entry
      }
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
    },
  };
}
