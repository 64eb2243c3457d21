/** What tells runs apart, in a few characters. */
import type { RunConfig, ScheduleInput } from "../../index.js";

/** Short names, as the field writes them. */
export const names: Record<string, string> = {
  vocabSize: "V",
  embeddingDim: "D",
  "distribution.exponent": "α",
  batchSize: "B",
  learningRate: "lr",
  optimizer: "",
  "optimizer.kind": "",
  "targets.kind": "",
  norm: "norm",
  seed: "seed",
};

/** A rate, or what its schedule goes through: ".001", "0→.01 …", ".001, .0001 from 500". */
export function rateText(schedule: ScheduleInput): string {
  if (typeof schedule === "number") return numberText(schedule);
  if (schedule.kind === "cosine")
    return `cosine ${numberText(schedule.from)}→${numberText(schedule.to ?? 0)}`;
  if (schedule.kind === "piecewise-linear") {
    const rates = schedule.points.map(([, rate]) => numberText(rate));
    return rates.length > 3 ? `${rates[0]}→…→${rates.at(-1)}` : rates.join("→");
  }
  const parts = schedule.parts.map(([step, part], i) =>
    i === 0 ? rateText(part) : `${rateText(part)} from ${step}`,
  );
  return parts.length > 3 ? `${parts[0]}, … ${parts.at(-1)}` : parts.join(", ");
}

export function numberText(x: number): string {
  const rounded = Number(x.toPrecision(4));
  return rounded !== 0 && Math.abs(rounded) < 1e-3
    ? rounded.toExponential().replace("e-", "e−")
    : String(rounded);
}

function flat(value: unknown, path = ""): [string, string][] {
  if (path === "learningRate") return [[path, rateText(value as ScheduleInput)]];
  if (typeof value !== "object" || value === null)
    return [[path, typeof value === "number" ? numberText(value) : String(value)]];
  return Object.entries(value).flatMap(([name, inner]) => flat(inner, path ? `${path}.${name}` : name));
}

const said = (path: string, value: string): string => {
  const name = names[path] ?? path.replace(/\.kind$/, "").replace(/^(optimizer|distribution)\./, "");
  if (value === "true") return name;
  if (value === "false") return `not ${name}`;
  return name === "" ? value : `${name} ${value}`;
};

/** Fields that are seldom compared: said where nothing else tells two runs apart. */
const isSeldomCompared = (path: string): boolean => /^(steps$|evaluate)/.test(path);

/** A label for each config: what tells it from the others, the rarely compared only where nothing else does; V, D and rate where all are alike. */
export function labelsOf(configs: readonly RunConfig[]): string[] {
  const all = configs.map((config) => new Map(flat(config)));
  const paths = new Set(all.flatMap((fields) => [...fields.keys()]));
  // what follows from another field tells nothing more, and who rounds is said beside it
  for (const path of [
    "arithmetic",
    "init.std",
    "evaluation.kind",
    "evaluation.exactInputs",
    "evaluation.sampledInputs",
  ])
    paths.delete(path);
  const differing = [...paths].filter(
    (path) =>
      // what only one kind has is said by its kind
      (!path.includes(".") || path.endsWith(".kind") || all.every((fields) => fields.has(path))) &&
      new Set(all.map((fields) => fields.get(path))).size > 1,
  );
  const told = (by: readonly string[]) =>
    new Set(all.map((fields) => by.map((path) => `${fields.get(path)}`).join())).size;
  const compared = differing.filter((path) => !isSeldomCompared(path));
  for (const path of differing.filter(isSeldomCompared))
    if (told(compared) < told([...compared, path])) compared.push(path);
  const kept = compared.length > 0 ? compared : ["vocabSize", "embeddingDim", "learningRate"];
  return all.map((fields) =>
    kept
      .flatMap((path) => {
        const value = fields.get(path);
        return value === undefined ? [] : [said(path, value)];
      })
      .join(", "),
  );
}
