/** The levels that a loss can reach. */
import type { Rule } from "../charts/curvePicture.js";
import type { LabRun } from "../state/lab.js";

/** Floors that differ by less than can be seen are one. */
const SAME = 1e-9;

/** H of each run, and H − I where targets depend on inputs; a floor that all have says no letters. */
export function floorsOf(runs: readonly LabRun[]): Rule[] {
  const floors: { y: number; name: string; letters: string[] }[] = [];
  const add = (name: string, y: number | undefined, letter: string) => {
    if (y === undefined) return;
    const same = floors.find((floor) => floor.name === name && Math.abs(floor.y - y) < SAME);
    if (same) same.letters.push(letter);
    else floors.push({ y, name, letters: [letter] });
  };
  for (const { letter, replicas } of runs) {
    const { entropy, conditionalEntropy } = replicas.value[0] ?? {};
    add("H", entropy, letter);
    if (Number(conditionalEntropy) < Number(entropy) - SAME) add("H − I", conditionalEntropy, letter);
  }
  return floors.map(({ y, name, letters }) => ({
    y,
    label: letters.length === runs.length ? name : `${name} of ${letters.join(", ")}`,
  }));
}
