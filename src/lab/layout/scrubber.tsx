/** Where the focused run is; dragged back, what its model was like there. */
import type { ComponentChildren } from "preact";
import { durationText } from "../state/cost.js";
import type { Lab } from "../state/lab.js";

export function Scrubber({ lab, children }: { lab: Lab; children?: ComponentChildren }) {
  const run = lab.focused.value;
  if (!run) return null;
  const { steps } = run.config.value;
  const replicas = run.replicas.value;
  const scrubbed = lab.scrubbed.value;
  const step = scrubbed ?? replicas[0]?.step ?? 0;
  // a GPU computes them at one time
  const add = (a: number, b: number) => (run.gpu.value ? Math.max(a, b) : a + b);
  const seconds = replicas.reduce((sum, replica) => add(sum, replica.seconds), 0);
  return (
    <section class="scrubber" aria-label="step of the focused run">
      <input
        type="range"
        min={0}
        max={steps}
        value={step}
        aria-label={`step of run ${run.letter}`}
        aria-valuetext={`step ${step} of ${steps}`}
        onInput={({ currentTarget }) => lab.scrub(Number(currentTarget.value))}
      />
      <p>
        {run.letter}: step {step.toLocaleString("en")}/{steps.toLocaleString("en")}
        {seconds > 0 && <span class="faint"> · {durationText(seconds)}</span>}
      </p>
      {scrubbed !== undefined && (
        <button type="button" onClick={() => lab.scrub(undefined)}>
          Back to the run
        </button>
      )}
      {children}
    </section>
  );
}
