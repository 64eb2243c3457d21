/** The population loss, with the floors that it can reach. */
import { CurveChart } from "../charts/curveChart.js";
import type { CurvePicture, Rule } from "../charts/curvePlot.js";
import { curveOf, lastStepOf, shownOf } from "../charts/curves.js";
import type { Lab, LabRun } from "../state/lab.js";
import { LogSteps } from "./logSteps.js";
import { noRuns } from "./missing.js";
import type { View } from "./view.js";

/** Floors that differ by less than can be seen are one. */
const SAME = 1e-9;

/** H of each run, and H − I where targets depend on inputs; a floor that all have says no letters. */
export function floorsOf(runs: readonly LabRun[]): Rule[] {
  const floors: { y: number; name: string; letters: string[] }[] = [];
  const add = (name: string, y: number | undefined, letter: string) => {
    if (y === undefined) return;
    const same = floors.find((floor) => floor.name === name && Math.abs(floor.y - y) < SAME);
    if (same) same.letters.push(letter);
    else floors.push({ y, name, letters: [letter] });
  };
  for (const { letter, replicas } of runs) {
    const { entropy, conditionalEntropy } = replicas.value[0] ?? {};
    add("H", entropy, letter);
    if (Number(conditionalEntropy) < Number(entropy) - SAME) add("H − I", conditionalEntropy, letter);
  }
  return floors.map(({ y, name, letters }) => ({
    y,
    label: letters.length === runs.length ? name : `${name} of ${letters.join(", ")}`,
  }));
}

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
    curves.unshift({ ...training, diverged: undefined });
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

const Loss = ({ lab }: { lab: Lab }) => (
  <CurveChart lab={lab} name="Loss over steps" picture={() => picture(lab)} head={<LogSteps lab={lab} />} />
);

export const loss: View = { name: "loss", title: "Loss", Component: Loss, needs: [] };
