/** What computes the run in focus: this processor, or the GPU where there is one. */
import { Choice } from "../controls/choice.js";
import type { Lab } from "../state/lab.js";
import { foundGpu } from "./find.js";

export function ComputedBy({ lab }: { lab: Lab }) {
  const run = lab.focused.value;
  const found = foundGpu();
  if (run.origin !== "here") return null;
  const isThere = run.gpu.value || (found !== undefined && "name" in found);
  return (
    <>
      <Choice
        label="by"
        title="what computes this run: a GPU rounds as it likes, so that its bits are its own"
        value={run.gpu.value ? "gpu" : "here"}
        options={[
          ["here", "this processor"],
          ...(isThere ? [["gpu", "the GPU (≈, other bits)"] as const] : []),
        ]}
        onChange={(place) => lab.computeOn(run, place as "here" | "gpu")}
      />
      {found && "missing" in found && <small>no GPU: {found.missing}</small>}
    </>
  );
}
