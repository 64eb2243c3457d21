/** The command line that repeats a run: its flags for what is not at its default, as a shell takes them. */
import { parseConfig, type RunConfig, type Schedule } from "../config.js";
import type { PiecewiseLinear } from "../schedule/schedule.js";
import { fieldAt } from "./fieldAt.js";
import { type Field, fields } from "./fields.js";
import { type Fields, shortest } from "./implied.js";

/** A word of a command as a POSIX shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A schedule as a flag takes it: `warmup:200:0.01`, `0.01@1000:0.001`, or JSON. */
export function scheduleText(schedule: Schedule): string {
  if (typeof schedule === "number") return String(schedule);
  if (schedule.kind === "cosine") {
    const { from, to, start, end } = schedule;
    return ["cosine", from, to, ...(start === 0 ? [] : [start]), end].join(":");
  }
  if (schedule.kind === "piecewise-linear") return linearText(schedule) ?? JSON.stringify(schedule);
  const { parts } = schedule;
  // of one part it would be read as that part
  if (parts.length < 2) return JSON.stringify(schedule);
  return parts.map(([step, part], i) => (i === 0 ? "" : `@${step}:`) + scheduleText(part)).join("");
}

/** The short form of corner points that have one. */
function linearText({ points }: PiecewiseLinear): string | undefined {
  const [[start, from], [second, value] = [0, 0]] = points;
  if (points.length === 2) {
    if (start === 0 && from === 0) return `warmup:${second}:${value}`;
    return ["linear-decay", from, value, ...(start === 0 ? [] : [start]), second].join(":");
  }
  if (points.length !== 4 || start !== 0 || from !== 0 || points[2][1] !== value) return undefined;
  const [, , [decayStart], [end, to]] = points;
  return ["wsd", second, value, decayStart, end, ...(to === 0 ? [] : [to])].join(":");
}

/** `500:reset-moments,800:gradient:gradient=exact` */
const interventionsText = (interventions: readonly Fields[]): string =>
  interventions
    .map(({ step, kind, ...rest }) =>
      [step, kind, ...Object.entries(rest).map(([name, value]) => `${name}=${value}`)].join(":"),
    )
    .join(",");

function flagText({ flag, type, path }: Field, value: unknown): string {
  if (type === "boolean") return value ? `--${flag}` : `--no-${flag}`;
  const text =
    type === "schedule"
      ? scheduleText(value as Schedule)
      : path === "interventions"
        ? interventionsText(value as Fields[])
        : type === "list"
          ? JSON.stringify(value)
          : String(value);
  return `--${flag} ${quoted(text)}`;
}

/** Files of what a config has the digest of, for the reader to put theirs in the place of the defaults. */
export interface TrainCommandOptions {
  /** The tokens of a corpus. Default "CORPUS.npy". */
  corpus?: string;
  /** Counts or probabilities of tokens. Default "COUNTS.csv". */
  distribution?: string;
}

/** The default that stands in a config's command for a file; undefined where it needs none. */
export function placeholderOf({ distribution }: RunConfig): "CORPUS.npy" | "COUNTS.csv" | undefined {
  if (distribution.kind === "corpus") return "CORPUS.npy";
  return distribution.kind === "given" && distribution.digest !== undefined ? "COUNTS.csv" : undefined;
}

/** The flags of `unigram-lab train` that make this config, each with its value. */
export function trainFlags(
  config: RunConfig,
  { corpus = "CORPUS.npy", distribution: counts = "COUNTS.csv" }: TrainCommandOptions = {},
): string[] {
  const input = shortest(config);
  const { vocabSize, distribution } = config;
  const isCorpus = distribution.kind === "corpus";
  // where it is left out, the corpus says it
  if (isCorpus) input.vocabSize = vocabSize;
  if (distribution.kind === "given" && distribution.digest !== undefined)
    input.distribution = { kind: counts };
  const byDefault = parseConfig({ vocabSize });
  const flags = fields.flatMap((field) => {
    const said = fieldAt(input, field.path);
    // whole, since its short forms are of what is complete
    const value = said !== undefined && field.type === "schedule" ? config.learningRate : said;
    // a field of the default kind implies the kind
    const isImplied = field.path.endsWith(".kind") && value === fieldAt(byDefault, field.path);
    return value === undefined || isImplied ? [] : flagText(field, value);
  });
  return isCorpus ? [...flags, `--corpus ${quoted(corpus)}`] : flags;
}

/**
 * The command line that repeats a run, as a POSIX shell takes it: `unigram-lab train --vocab-size 1000 --learning-rate
 * warmup:200:0.01`. Only what is not at its default is in it.
 */
export const trainCommand = (config: RunConfig, options: TrainCommandOptions = {}): string =>
  ["unigram-lab train", ...trainFlags(config, options)].join(" ");
