/** The runs of the page as results, which tables and figures are made of. */
import { bitsRevision, configHash } from "../../index.js";
import type { RunResult } from "../../sweep/result.js";
import type { LabRun, Replica } from "../state/lab.js";

/** As a journal has it: numbers through JSON, which knows neither −0 nor what is not finite. */
function resultOf({ config, records, seconds, computedBy }: Replica): RunResult {
  const last = records.at(-1);
  return {
    run: configHash(config),
    bitsRevision,
    ...(config.arithmetic === "relaxed"
      ? { computedBy: computedBy ?? { backend: "wasm", adapter: "browser", driver: navigator.userAgent } }
      : {}),
    config,
    records: JSON.parse(JSON.stringify(records)),
    finalEmbedding: null,
    finalUnembedding: null,
    divergedAt: last?.diverged ? last.step : null,
    bytes: 0,
    seconds,
    stepSeconds: seconds,
  };
}

/** Of one run of the page, a result a seed; those that have no record yet are left out. */
export const resultsOf = (run: LabRun): RunResult[] =>
  run.replicas.value.filter(({ records }) => records.length > 0).map(resultOf);

/** Of several, each once, in the order of `unigram-lab export`. */
export function sortedResults(runs: readonly LabRun[]): RunResult[] {
  const byName = new Map(runs.flatMap(resultsOf).map((result) => [result.run, result]));
  return [...byName.values()].sort((a, b) => (a.run < b.run ? -1 : 1));
}
