/** In place of a view of the model, for a run that has none here: it was read, not trained. */
import type { JSX } from "preact";
import type { Lab } from "../state/lab.js";
import { MOST_SEEDS } from "../state/room.js";
import type { ViewProps } from "./view.js";

const origins = {
  directory: "was read from the directory",
  recorded: "was recorded for the tour",
};

function train(lab: Lab): void {
  const { input, seeds } = lab.focused.peek();
  try {
    lab.add(input.peek(), { seeds: Math.min(seeds.peek(), MOST_SEEDS) });
    lab.play();
  } catch (error) {
    lab.notice.value = (error as Error).message;
  }
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
