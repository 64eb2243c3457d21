/** A config of the directory as a run of the lab. */
import type { RunConfig } from "../../index.js";
import type { Replica } from "../state/lab.js";
import type { Group } from "./rows.js";

/** A replica a finished seed; undefined where none is finished. */
export function recordedRun({ rows }: Group): { config: RunConfig; replicas: Replica[] } | undefined {
  const replicas = rows.flatMap(({ finished }): Replica[] => {
    if (!finished) return [];
    const { config, records, divergedAt } = finished;
    return [
      {
        config,
        records,
        step: records.at(-1)?.step ?? 0,
        status: divergedAt === null ? "ended" : "diverged",
        failure: undefined,
        entropy: undefined,
        conditionalEntropy: undefined,
        weightsHash: undefined,
        expectedHash: undefined,
        seconds: 0,
      },
    ];
  });
  return replicas.length > 0 ? { config: replicas[0].config, replicas } : undefined;
}
