/** What the excess loss is made of where targets depend on inputs. */
import { signal } from "@preact/signals";
import { CurveChart } from "../charts/curveChart.js";
import type { CurvePicture } from "../charts/curvePicture.js";
import { curveOf, lastStepOf, shownOf } from "../charts/curves.js";
import { lookOf } from "../looks.js";
import type { Lab } from "../state/lab.js";
import { Choice, Toggle } from "./choice.js";
import { LogSteps } from "./logSteps.js";
import { noRuns } from "./missing.js";
import type { ViewProps } from "./view.js";

const parts = [
  ["marginalError", "error of the mean prediction"],
  ["capturedInformation", "captured information"],
  ["inputDependence", "dependence on the input"],
] as const;
type Part = (typeof parts)[number][0];

const chosen = signal<Part | "all">("all");
const logY = signal(false);

function picture(lab: Lab): CurvePicture {
  const focused = lab.focused.value;
  const part = chosen.value;
  const runs = part === "all" ? [focused] : shownOf(lab.runs.value);
  const curves =
    part === "all"
      ? // of one run, so of its colour: dashes tell the parts apart
        parts.map(([name, label], i) => ({
          ...curveOf(focused, name),
          key: name,
          dash: lookOf(i).dash,
          label,
        }))
      : runs.map((run) => curveOf(run, part));
  const measured = curves.some(({ values }) => values.some((value) => value !== null));
  const begun = runs.some(({ replicas }) => replicas.value.some(({ records }) => records.length > 0));
  const missing =
    begun && !measured
      ? "Targets that do not depend on their inputs: there is nothing to take apart."
      : undefined;
  return {
    curves,
    quantity: part === "all" ? "part of the loss" : (parts.find(([name]) => name === part)?.[1] ?? ""),
    unit: "nats",
    logX: lab.view.value.logX,
    logY: logY.value,
    last: lastStepOf(runs),
    empty: noRuns(runs) ?? missing,
  };
}

const Head = ({ lab }: ViewProps) => (
  <>
    <Choice
      name="Part"
      value={chosen.value}
      of={[
        ["all", `all parts of ${lab.focused.value.letter} (nats)`],
        ...parts.map(([part, text]) => [part, `${text} (nats)`] as const),
      ]}
      onChange={(part) => {
        chosen.value = part;
      }}
    />
    <Toggle
      checked={logY.value}
      onChange={(checked) => {
        logY.value = checked;
      }}
    >
      log
    </Toggle>
    <LogSteps lab={lab} />
  </>
);

export const Decomposition = ({ lab }: ViewProps) => (
  <CurveChart
    lab={lab}
    name="Parts of the loss over steps"
    picture={() => picture(lab)}
    head={<Head lab={lab} />}
  />
);
