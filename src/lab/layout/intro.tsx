/** What this is, for who sees it for the first time. */
import { useSignal } from "@preact/signals";
import type { Lab } from "../state/lab.js";
import { Icon } from "./icon.js";

export function Intro({ lab }: { lab: Lab }) {
  // whoever comes by a link was told
  const isShown = useSignal(location.hash.length < 2);
  if (!isShown.value || lab.presenting.value || lab.chapter.value !== undefined) return null;
  return (
    <div class="intro">
      <p>
        The smallest language model: an embedding and an unembedding that learn how often each token comes.
        Three learning rates are trained here; move a slider, and the run in focus is trained again, at once.
      </p>
      <button type="button" onClick={() => (lab.chapter.value = "")}>
        Tour: eight questions
      </button>
      <button type="button" aria-label="close" onClick={() => (isShown.value = false)}>
        <Icon name="remove" />
      </button>
    </div>
  );
}
