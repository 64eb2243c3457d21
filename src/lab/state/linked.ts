/** The page as its own history and address hold it. */
import type { LabLink, LinkedRun } from "../../link/link.js";
import type { LabRun, ViewState } from "./lab.js";

/** Hashes of the final weights of all seeds; none while one is missing, or is of another config than is asked for by now. */
function hashesOf({ config, gpu, seeds, replicas }: LabRun): string[] {
  const asked = JSON.stringify({ ...config.peek(), seed: 0 });
  const hashes = replicas
    .peek()
    .flatMap(({ weightsHash, config: own }) =>
      weightsHash !== undefined && JSON.stringify({ ...own, seed: 0 }) === asked ? weightsHash : [],
    );
  // nobody else has the bits of this GPU
  return hashes.length === seeds.peek() && !gpu.peek() ? hashes : [];
}

export function linkedRun(run: LabRun): LinkedRun {
  const { input, seeds, pinned, shown } = run;
  const hashes = hashesOf(run);
  return {
    config: input.peek(),
    ...(seeds.peek() > 1 ? { seeds: seeds.peek() } : {}),
    ...(pinned.peek() ? { pinned: true } : {}),
    ...(shown.peek() ? {} : { hidden: true }),
    ...(hashes.length > 0 ? { hashes } : {}),
  };
}

/** What the page itself is opened with again: runs that others computed are not among it. */
export function linkOf(
  runs: readonly LabRun[],
  focused: LabRun | undefined,
  { panels, logX, fit, axes, trail, input }: ViewState,
  step: number | undefined,
  chapter: string | undefined,
): LabLink {
  const shared = runs.filter(({ origin }) => origin === "here");
  const focus = focused ? shared.indexOf(focused) : 0;
  return {
    runs: shared.map(linkedRun),
    ...(focus > 0 ? { focus } : {}),
    view: {
      panels: [...panels],
      logX,
      axes: [...axes],
      trail,
      ...(fit ? { fit: [...fit] } : {}),
      ...(input === undefined ? {} : { input }),
      ...(step === undefined ? {} : { step }),
    },
    ...(chapter ? { chapter } : {}),
  };
}
