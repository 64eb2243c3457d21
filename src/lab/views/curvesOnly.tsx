/** In place of a view of the model, for a run that has none here: it was read, not trained. */
import type { JSX } from "preact";
import type { Lab } from "../state/lab.js";
import type { ViewProps } from "./view.js";

const origins = {
  directory: "was read from the directory",
  recorded: "was recorded for the tour",
};

function train(lab: Lab): void {
  lab.addLike(lab.focused.peek());
  lab.play();
}

function CurvesOnly({ lab }: ViewProps): JSX.Element | null {
  const { letter, origin } = lab.focused.value;
  if (origin === "here") return null;
  return (
    <div class="curves-only">
      <p>
        Run {letter} {origins[origin]}: it has curves, and no model to look at here.
      </p>
      <button type="button" onClick={() => train(lab)}>
        Train its config here
      </button>
    </div>
  );
}

/** The view, or what is said of a run that has curves only. */
export const ofModel =
  (Component: (props: ViewProps) => JSX.Element | null) =>
  ({ lab }: ViewProps): JSX.Element =>
    lab.focused.value.origin === "here" ? <Component lab={lab} /> : <CurvesOnly lab={lab} />;
