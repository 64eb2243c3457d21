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

/** What is measured, and how it is defined: λ are the variances along the principal axes. */
const measures = [
  [
    "effectiveDimension",
    "effective dimension n_eff",
    "exp(−Σ r ln r), r = λ/Σλ: share of the variance by axis",
  ],
  ["participationRatio", "participation ratio", "(Σλ)²/Σλ², λ: variance by principal axis"],
  ["stableRank", "stable rank", "Σλ/λ_max, λ: variance by principal axis"],
  ["effectiveRank", "effective rank", "exp(−Σ s ln s), s = σ/Σσ, σ = √λ: singular values, not squared"],
  ["meanEnergyShare", "share of energy in the mean", "‖mean row‖² · V/‖E‖²: what centring removes"],
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
    of={measures.map(([name, text]) => [name, text] as const)}
    onChange={(measure) => {
      chosen.value = measure;
    }}
  />
);

const Formula = () => <span class="formula">{measures.find(([name]) => name === chosen.value)?.[2]}</span>;

const EffectiveDimension = ({ lab }: ViewProps) => (
  <CurveChart
    lab={lab}
    name="Dimensions of the embedding over steps"
    picture={() => picture(lab)}
    head={
      <>
        <Measure />
        <LogSteps lab={lab} />
        <Formula />
      </>
    }
  />
);

export const effectiveDimension: View = {
  name: "effective-dimension",
  title: "Dimensions in use",
  Component: EffectiveDimension,
  needs: [],
};
