/** How many dimensions the embedding uses, by one measure or another. */
import { signal } from "@preact/signals";
import { CurveChart } from "../charts/curveChart.js";
import type { CurvePicture } from "../charts/curvePicture.js";
import { curveOf, lastStepOf, shownOf } from "../charts/curves.js";
import type { Lab } from "../state/lab.js";
import { Choice } from "./choice.js";
import { LogSteps } from "./logSteps.js";
import { noRuns } from "./missing.js";
import type { View, ViewProps } from "./view.js";

const measures = [
  ["effectiveDimension", "effective dimension"],
  ["participationRatio", "participation ratio"],
  ["stableRank", "stable rank"],
  ["effectiveRank", "effective rank"],
  ["meanEnergyShare", "share of energy in the mean"],
] as const;

const chosen = signal<(typeof measures)[number][0]>("effectiveDimension");

function picture(lab: Lab): CurvePicture {
  const runs = shownOf(lab.runs.value);
  const none = runs.length > 0 && runs.every(({ config }) => !config.value.spectrum);
  return {
    curves: runs.map((run) => curveOf(run, chosen.value)),
    quantity: measures.find(([name]) => name === chosen.value)?.[1] ?? "",
    unit: "",
    logX: lab.view.value.logX,
    logY: false,
    last: lastStepOf(runs),
    empty:
      noRuns(runs) ?? (none ? "These runs measure no spectrum: their field spectrum is false." : undefined),
  };
}

const Measure = () => (
  <Choice
    name="Measure of dimension"
    value={chosen.value}
    of={measures}
    onChange={(measure) => {
      chosen.value = measure;
    }}
  />
);

const EffectiveDimension = ({ lab }: ViewProps) => (
  <CurveChart
    lab={lab}
    name="Dimensions of the embedding over steps"
    picture={() => picture(lab)}
    titled
    head={
      <>
        <Measure />
        <LogSteps lab={lab} />
      </>
    }
  />
);

export const effectiveDimension: View = {
  name: "effective-dimension",
  title: "Effective dimension",
  Component: EffectiveDimension,
  needs: [],
};
