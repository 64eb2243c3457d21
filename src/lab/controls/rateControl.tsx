/** The learning rate: of the whole run, or from the step on that the run is at. */
import { useSignal } from "@preact/signals";
import { learningRateAt } from "../../index.js";
import type { Lab, LabRun } from "../state/lab.js";
import { Slider } from "./slider.js";

const scale = { min: 1e-5, max: 1, log: true };

export function RateControl({ lab }: { lab: Lab }) {
  /** As the reader has it of this run; by itself where the run stands. */
  const chosen = useSignal<{ run: LabRun; isFromHere: boolean } | undefined>(undefined);
  const run = lab.focused.value;
  const { learningRate, steps } = run.config.value;
  const step = lab.scrubbed.value ?? run.replicas.value[0]?.step ?? 0;
  const isMidway = run.origin === "here" && step > 0 && step < steps;
  const isFromHere =
    chosen.value?.run === run
      ? chosen.value.isFromHere
      : isMidway && !(lab.playing.value && lab.scrubbed.value === undefined);
  const value = learningRateAt(learningRate, isFromHere || typeof learningRate !== "number" ? step : 0);
  return (
    <>
      <Slider
        label="rate"
        title="learning rate"
        scale={scale}
        value={value}
        onChange={(rate, isEnd) => {
          if (isFromHere && isMidway) lab.setLearningRate(rate);
          else lab.change({ learningRate: rate }, { commit: isEnd });
        }}
      />
      <label class="check" title="pause, or scrub to a step; the change becomes part of the schedule">
        <input
          type="checkbox"
          checked={isFromHere}
          onChange={({ currentTarget }) => (chosen.value = { run, isFromHere: currentTarget.checked })}
        />
        from step {isMidway ? step.toLocaleString("en") : "…"} on{" "}
        {isFromHere && !isMidway && <small>pause, or scrub to a step</small>}
      </label>
    </>
  );
}
