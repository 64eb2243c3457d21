/** The loss above its floor on logarithmic axes, where a power law is a straight line, and β of it in a window. */
import { CurveChart } from "../charts/curveChart.js";
import type { CurvePicture, Segment } from "../charts/curvePicture.js";
import type { Plane } from "../charts/curvePlot.js";
import { curveOf, lastStepOf, shownOf } from "../charts/curves.js";
import { fitOf, lastDecade } from "../charts/fit.js";
import type { FitWindowProps } from "../charts/fitWindow.js";
import { onDemand } from "../charts/onDemand.js";
import type { Lab } from "../state/lab.js";
import { noRuns } from "./missing.js";
import type { View, ViewProps } from "./view.js";

// a curve is seen before its window is moved
const FitWindow = onDemand<FitWindowProps>(
  () => import("../charts/fitWindow.js").then((module) => module.FitWindow),
  "",
);

const lastOf = (lab: Lab): number => lastStepOf(shownOf(lab.runs.value));
const windowOf = (lab: Lab): readonly [number, number] => lab.view.value.fit ?? lastDecade(lastOf(lab));

function picture(lab: Lab): CurvePicture {
  const runs = shownOf(lab.runs.value);
  const window = windowOf(lab);
  const segments: Segment[] = [];
  const curves = runs.map((run) => {
    const { text, line } = fitOf(run.replicas.value, window);
    const ends =
      line && window.map((step) => [step, Math.exp(line.intercept) * step ** -line.exponent] as const);
    if (ends) segments.push({ from: ends[0], to: ends[1] });
    return { ...curveOf(run, "excessLoss"), note: text };
  });
  return {
    curves,
    segments,
    quantity: "excess loss",
    unit: "nats",
    logX: true,
    logY: true,
    last: Math.max(2, lastOf(lab)),
    empty: noRuns(runs),
  };
}

const Window = ({ lab, plane }: { lab: Lab; plane: Plane }) => (
  <FitWindow plane={plane} window={windowOf(lab)} last={lastOf(lab)} onChange={(fit) => lab.look({ fit })} />
);

const Said = ({ lab }: ViewProps) => {
  const [from, to] = windowOf(lab);
  return (
    <span class="choice">
      both axes logarithmic; β of steps {from} to {to}
      {lab.view.value.fit && (
        <button type="button" onClick={() => lab.look({ fit: undefined })}>
          last decade
        </button>
      )}
    </span>
  );
};

const ExcessLoss = ({ lab }: ViewProps) => (
  <CurveChart
    lab={lab}
    name="Excess loss over steps, both logarithmic"
    picture={() => picture(lab)}
    head={<Said lab={lab} />}
    over={(plane) => <Window lab={lab} plane={plane} />}
  />
);

export const excessLoss: View = {
  name: "excess-loss",
  title: "Excess loss",
  Component: ExcessLoss,
  needs: [],
};
