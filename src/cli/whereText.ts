/** Conditions on finished runs as typed on a command line: `vocabSize=1000`, `learningRate<0.1`, `embeddingDim<vocabSize`. */
import { ConfigError, checkSchedule, type ScheduleInput } from "../config.js";
import { type Field, fields } from "../fields/fields.js";
import { fieldNamed } from "../fields/names.js";
import { sortKeys } from "../sortKeys.js";
import type { Condition, Operand } from "../sweep/description.js";
import { particularColumns, recordColumns } from "../training/record.js";
import { parseNumber, parseScalar } from "./numbers.js";
import { parseSchedule } from "./scheduleText.js";
import { asked, nearest } from "./suggestion.js";

const comparisons: Record<string, Exclude<keyof Condition, "path">> = {
  "<=": "atMost",
  ">=": "atLeast",
  "!=": "not",
  "=": "equals",
  "==": "equals",
  "<": "below",
  ">": "above",
};

const form = "FIELD<VALUE with <, <=, =, !=, >= or >";

/** What `--help` says of them. */
export const whereHelp = `Conditions, for fields of a config and numbers of a run's last evaluation:
${[
  ["--where vocabSize=1000", "runs of one vocabulary"],
  ['--where "learningRate<0.1"', "constant rates below 0.1"],
  ["--where learningRate=cosine:0.1:0:3000", "one schedule"],
  ["--where learningRate.kind=cosine", "all of a kind"],
  ["--where optimizer=sgd", "as --optimizer sgd"],
  ['--where "embeddingDim<vocabSize"', "one field against another"],
  ['--where "excessLoss<1" --where diverged=false', "both"],
]
  .map(([text, meaning]) => `  ${text.padEnd(46)}${meaning}`)
  .join("\n")}
  A run without the field meets no condition on it. The shell would take < and >
  for itself: put quotes around them.`;

const columns: readonly string[] = [...recordColumns, ...particularColumns];
const roots = new Set(fields.map(({ path }) => path.split(".")[0]));
const known = [...fields.map(({ path }) => path.replace(/\.kind$/, "")), ...columns];

interface Named {
  path: string;
  field: Field | undefined;
}

/** A field by any of its names, a column of the records, or what is deeper in a config; undefined for none of these. */
function named(name: string): Named | undefined {
  // as tables of runs call it, beside the rate of an evaluation
  if (name.startsWith("config.")) return named(name.slice("config.".length));
  const field = fieldNamed(name);
  if (field) return { path: field.path, field };
  return columns.includes(name) || roots.has(name.split(".")[0])
    ? { path: name, field: undefined }
    : undefined;
}

/**
 * A condition as a sweep's `where` has it.
 * @throws ConfigError that names the flag and the field
 */
export function parseWhere(text: string): Condition {
  const [, name, sign, typed] = /^\s*([\w.-]+)\s*(<=|>=|!=|==|=|<|>)\s*(\S.*?)\s*$/s.exec(text) ?? [];
  if (name === undefined) throw new ConfigError(`--where: expected ${form}, got ${JSON.stringify(text)}`);
  const flag = `--where ${name}`;
  const left = named(name);
  if (!left) throw new ConfigError(`${flag}: unknown field${asked(nearest(name, known))}`);
  const other = named(typed);
  const isOrder = sign.includes("<") || sign.includes(">");
  return {
    path: left.path,
    [comparisons[sign]]: other ? { path: other.path } : operandFor(flag, left, typed, isOrder),
  };
}

/** What a field is compared with, as configs and records have it. */
function operandFor(flag: string, { path, field }: Named, typed: string, isOrder: boolean): Operand {
  const type = field?.type ?? (path === "diverged" ? "boolean" : columns.includes(path) ? "number" : "any");
  if (isOrder && !["number", "schedule", "any"].includes(type))
    throw new ConfigError(`${flag}: expected = or != for what is no number, got ${JSON.stringify(typed)}`);
  if (isOrder || type === "number") return parseNumber(flag, typed);
  if (type === "boolean") {
    if (typed !== "true" && typed !== "false")
      throw new ConfigError(`${flag}: expected true or false, got ${JSON.stringify(typed)}`);
    return typed === "true";
  }
  if (type === "schedule") {
    const schedule = parseSchedule(flag, typed) as ScheduleInput;
    return operandOf(checkSchedule(flag, schedule));
  }
  const { words = [] } = field ?? {};
  if (words.length > 0 && !words.includes(typed))
    throw new ConfigError(
      `${flag}: expected ${words.map((word) => JSON.stringify(word)).join(" or ")}, got ${JSON.stringify(typed)}`,
    );
  return words.length > 0 ? typed : operandOf(parseScalar(typed) ?? typed);
}

/** A condition as it is typed. */
export const whereText = ({ path, ...rest }: Condition): string =>
  Object.entries(rest)
    .map(([name, other]) => {
      const sign = Object.keys(comparisons).find((one) => comparisons[one] === name);
      return `${path}${sign}${typeof other === "object" ? other.path : other}`;
    })
    .join(" and ");

/** A schedule or a list is compared by its JSON. */
const operandOf = (value: unknown): Operand =>
  typeof value === "object" ? JSON.stringify(sortKeys(value)) : (value as Operand);
