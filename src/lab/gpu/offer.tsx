/** Offers the GPU for a run that takes long here. Nothing goes there unasked. */
import { durationText, secondsOf } from "../state/cost.js";
import type { Lab } from "../state/lab.js";
import { useGpu } from "./find.js";

export function GpuOffer({ lab }: { lab: Lab }) {
  const run = lab.focused.value;
  const found = useGpu();
  if (!found || "missing" in found) return null;
  if (run.replicas.value.every(({ status }) => status === "ended")) return null;
  const seconds = secondsOf(run.config.value) * run.seeds.value;
  return (
    <button type="button" title={found.name} onClick={() => lab.computeOn(run, "gpu")}>
      about {durationText(seconds)} here; on the GPU (≈, other bits)?
    </button>
  );
}
