/** The population loss, with the floors that it can reach. */
import { CurveChart } from "../charts/curveChart.js";
import type { CurvePicture } from "../charts/curvePicture.js";
import { curveOf, lastStepOf, shownOf } from "../charts/curves.js";
import type { Lab } from "../state/lab.js";
import { floorsOf } from "./floors.js";
import { LogSteps } from "./logSteps.js";
import { noRuns } from "./missing.js";

function picture(lab: Lab): CurvePicture {
  const runs = shownOf(lab.runs.value);
  const curves = runs.map((run) => curveOf(run, "loss"));
  const [only] = runs;
  if (runs.length === 1 && only.replicas.value.length === 1) {
    const training = {
      ...curveOf(only, "trainLoss"),
      key: "train",
      label: "loss of the latest batch",
      faint: true,
    };
    curves.push({ ...training, badEnd: "" });
  }
  return {
    curves,
    quantity: "loss",
    unit: "nats",
    logX: lab.view.value.logX,
    logY: false,
    last: lastStepOf(runs),
    rules: floorsOf(runs),
    empty: noRuns(runs),
  };
}

export const Loss = ({ lab }: { lab: Lab }) => (
  <CurveChart lab={lab} name="Loss over steps" picture={() => picture(lab)} head={<LogSteps lab={lab} />} />
);
