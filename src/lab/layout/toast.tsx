/** What was last said to the reader; it goes away by itself. */
import { useSignalEffect } from "@preact/signals";
import type { Lab } from "../state/lab.js";

const MILLISECONDS = 8000;

export function Toast({ lab }: { lab: Lab }) {
  useSignalEffect(() => {
    const text = lab.notice.value;
    if (text === "") return;
    const timer = setTimeout(() => {
      if (lab.notice.peek() === text) lab.notice.value = "";
    }, MILLISECONDS);
    return () => clearTimeout(timer);
  });
  return (
    <div class="toast" role="status" aria-live="polite" data-shown={lab.notice.value !== ""}>
      {lab.notice}
    </div>
  );
}
