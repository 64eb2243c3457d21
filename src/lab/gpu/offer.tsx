/** Offers the GPU for a run that takes long here. Nothing goes there unasked. */
import type { Lab } from "../state/lab.js";
import { foundGpu } from "./find.js";

const durationText = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60).toLocaleString("en")} min`;

export function GpuOffer({ lab, seconds }: { lab: Lab; seconds: number }) {
  const run = lab.focused.value;
  const found = foundGpu();
  if (!found || "missing" in found) return null;
  if (run.replicas.value.every(({ status }) => status === "ended")) return null;
  return (
    <button type="button" title={found.name} onClick={() => lab.computeOn(run, "gpu")}>
      about {durationText(seconds)} here; on the GPU (≈, other bits)?
    </button>
  );
}
