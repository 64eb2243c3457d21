/** The keys of a lecture, over the page. */
import { useEffect, useId, useRef } from "preact/hooks";
import { keyHelp } from "./keys.js";

export function Help({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="lecture-help"
      aria-labelledby={title}
      onClose={onClose}
      onKeyDown={({ key }) => key === "?" && dialog.current?.close()}
    >
      <h2 id={title}>Keys</h2>
      <dl>
        {keyHelp.map(([key, meaning]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p>
        In the address, <code>hide=runs,controls,choice</code> says what is hidden: runs, controls and the
        choice of panels where it is left out, nothing where it is empty; also <code>header</code>,{" "}
        <code>scrubber</code> and panels by their names.
      </p>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
