/** How the seeds of a run have ended, by the rule that the reports of sweeps go by. */
import { type Outcome, outcomeOf } from "../../analysis/outcome.js";
import type { Replica } from "./lab.js";

/** Undefined while it goes on. */
export function endingOf({ config, records }: Pick<Replica, "config" | "records">): Outcome | undefined {
  const last = records[records.length - 1];
  if (!last || (!last.diverged && last.step < config.steps)) return undefined;
  return outcomeOf({ config, records, divergedAt: last.diverged ? last.step : null });
}

/** "diverged at step 12", "exploded", "2 of 5 seeds exploded"; empty where no seed has ended badly. */
export function badEndOf(replicas: readonly Pick<Replica, "config" | "records">[]): string {
  const ending = (outcome: Outcome) => replicas.filter((replica) => endingOf(replica) === outcome);
  const counted = (bad: readonly unknown[], text: string) =>
    replicas.length > 1 ? `${bad.length} of ${replicas.length} seeds ${text}` : text;
  const [diverged, exploded] = [ending("diverged"), ending("exploded")];
  const first = Math.min(...diverged.map(({ records }) => records[records.length - 1].step));
  return [
    ...(diverged.length > 0 ? [counted(diverged, `diverged at step ${first}`)] : []),
    ...(exploded.length > 0 ? [counted(exploded, "exploded")] : []),
  ].join(", ");
}
