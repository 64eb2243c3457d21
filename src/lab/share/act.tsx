/** A button that hands something over. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Says in the dialog's last line how a piece of work went, and resolves with whether it went well. */
export type Saying = (work: () => Promise<string> | string) => Promise<boolean>;

/** Milliseconds that the mark stands. */
const READ = 2500;

interface Props {
  saying: Saying;
  work: () => Promise<string> | string;
  /** What a mark over the button says behind it, where the reader looks; it moves nothing. */
  done: string;
  primary?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  title?: string | undefined;
  children: ComponentChildren;
}

export function Act({ saying, work, done, primary, disabled, pressed, title, children }: Props) {
  const mark = useSignal("");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
      clearTimeout(timer.current);
    },
    [],
  );
  const act = async () => {
    mark.value = "";
    mark.value = (await saying(work)) ? `✓ ${done}` : "see below";
    if (isGone.current) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      mark.value = "";
    }, READ);
  };
  return (
    <span class="share-act">
      <button
        type="button"
        class={primary ? "primary" : undefined}
        disabled={disabled}
        aria-pressed={pressed}
        title={title}
        onClick={act}
      >
        {children}
      </button>
      {/* the last line is what is read aloud */}
      {mark.value && (
        <span class="share-mark" aria-hidden="true">
          {mark}
        </span>
      )}
    </span>
  );
}
