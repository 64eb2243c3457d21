/** Of what a picture of the focused run's model is. */
import type { Lab } from "../state/lab.js";

/** "A, step 600"; of several seeds the first is drawn: "A, seed 0, step 600". */
export function whose(lab: Lab): string {
  const { letter, replicas, config } = lab.focused.value;
  const seed = replicas.value.length > 1 ? `, seed ${config.value.seed}` : "";
  return `${letter}${seed}, step ${lab.frame.value?.step ?? "–"}`;
}
