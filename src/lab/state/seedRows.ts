/** The seeds of a run in rows without gaps, each as many as a line of the page has at most. */
import type { Replica } from "./lab.js";
import { MOST_SEEDS } from "./room.js";

export function seedRows(replicas: readonly Replica[]): [first: number, count: number][] {
  const rows: [first: number, count: number][] = [];
  for (const seed of new Set(replicas.map(({ config }) => config.seed).sort((a, b) => a - b))) {
    const last = rows.at(-1);
    if (last && last[1] < MOST_SEEDS && seed === last[0] + last[1]) last[1]++;
    else rows.push([seed, 1]);
  }
  return rows;
}
