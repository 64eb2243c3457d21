/** Whether the runs of a received link came to the bits that it says. */
import type { Lab, LabRun, Replica } from "../state/lab.js";

export type Verdict = "same" | "other" | "alike" | "waiting";

/** A replica of which the link says the bits. */
interface Expected {
  run: LabRun;
  replica: Replica;
}

/** Who computes with other roundings has other bits, and nothing is wrong. */
const isRelaxed = ({ replica }: Pick<Expected, "replica">): boolean =>
  replica.config.arithmetic === "relaxed";

const alike = { verdict: "alike", text: "≈ other bits by nature: computed with other roundings" } as const;

const isSame = ({ replica }: Expected): boolean => replica.weightsHash === replica.expectedHash;

/** Undefined where the link said nothing of bits. */
export function verdictOf(
  runs: readonly LabRun[],
  focused?: LabRun,
): { verdict: Verdict; text: string } | undefined {
  const expected = runs.flatMap((run) =>
    run.replicas.value.flatMap((replica) => (replica.expectedHash === undefined ? [] : [{ run, replica }])),
  );
  if (expected.length === 0) return undefined;
  const known = expected.filter(({ replica }) => replica.weightsHash !== undefined);
  const others = known.filter((one) => !isSame(one));
  const wrong = others.filter((one) => !isRelaxed(one));
  if (wrong.length > 0) {
    const [{ run, replica }] = wrong;
    const more = wrong.length > 1 ? ` and ${wrong.length - 1} more` : "";
    return {
      verdict: "other",
      text: `≠ not reproduced: other bits in run ${run.letter}, seed ${replica.config.seed}${more}`,
    };
  }
  if (known.length < expected.length)
    return {
      verdict: "waiting",
      text: `${known.length} of ${expected.length} at their end, to compare with the link's`,
    };
  if (others.length > 0) return alike;
  // of the run that is looked at, where the link has its bits
  const { run, replica } = known.find((one) => one.run === focused) ?? known[0];
  const count = known.length > 1 ? `: ${known.length} of ${expected.length}` : "";
  const whose = runs.length > 1 || known.length > 1 ? `run ${run.letter}, seed ${replica.config.seed}: ` : "";
  const hash = replica.weightsHash?.slice(0, 8);
  return { verdict: "same", text: `✓ reproduced exactly${count} (${whose}same bits ${hash}…)` };
}

export function SameBits({ lab }: { lab: Lab }) {
  const isFocusRelaxed = lab.focused.value?.replicas.value.some((replica) => isRelaxed({ replica }));
  const found = verdictOf(lab.runs.value, lab.focused.value) ?? (isFocusRelaxed ? alike : undefined);
  return (
    <output class="same-bits" data-verdict={found?.verdict}>
      {found?.text}
    </output>
  );
}
