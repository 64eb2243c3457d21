/** Schedules as typed on a command line: `0.01`, `warmup:200:0.01`, `0.01@1000:0.001`, or JSON. */
import { ConfigError, type ScheduleInput } from "../config.js";
import { cosine, linearDecay, sequence, warmup, warmupStableDecay } from "../schedule/constructors.js";
import { parseNumber, parseScalar } from "./numbers.js";
import { asked, nearest } from "./suggestion.js";

interface Named {
  name: string;
  /** What follows the name; what is in brackets may be left out. */
  form: string;
  meaning: string;
  /** Numbers that it takes, at least and at most. */
  counts: [number, number];
  make(...numbers: number[]): ScheduleInput;
}

/** `to` and `start` of what falls from a value to another: the start is step 0 where it is left out. */
const falling =
  (make: (from: number, to: number, start: number, end: number) => ScheduleInput) =>
  (from: number, to: number, ...steps: number[]): ScheduleInput =>
    make(from, to, steps.length > 1 ? steps[0] : 0, steps[steps.length - 1]);

const schedules: Named[] = [
  {
    name: "warmup",
    form: "STEPS:VALUE",
    meaning: "from 0 up to VALUE over STEPS steps",
    counts: [2, 2],
    make: (steps, value) => warmup(value, steps),
  },
  {
    name: "linear-decay",
    form: "FROM:TO:[START:]END",
    meaning: "linearly from step START (0) to END",
    counts: [3, 4],
    make: falling(linearDecay),
  },
  {
    name: "wsd",
    form: "STEPS:VALUE:START:END[:TO]",
    meaning: "warmup, then from START linearly to TO (0)",
    counts: [4, 5],
    make: (steps, value, start, end, to) => warmupStableDecay(value, steps, start, end, to),
  },
  {
    name: "cosine",
    form: "FROM:TO:[START:]END",
    meaning: "half a cosine from START (0) to END",
    counts: [3, 4],
    make: falling(cosine),
  },
];

const names = schedules.map(({ name }) => name);
const forms = schedules.map(({ name, form }) => `${name}:${form}`);

/** What `--help` says of them. */
export const scheduleHelp = `Schedules of the learning rate:
${[
  ["0.01", "constant"],
  ...schedules.map(({ name, form, meaning }) => [`${name}:${form}`, meaning]),
  ["A@STEP:B@STEP:C", "A, from STEP of the run on B, and so on"],
]
  .map(([form, meaning]) => `  ${form.padEnd(36)}${meaning}`)
  .join("\n")}
  or as JSON, such as '{"kind":"piecewise-linear","points":[[0,0],[100,0.01]]}'`;

/**
 * A schedule as a config takes it; what it is made of is checked with the config.
 * @throws ConfigError that names `field` and the form
 */
export function parseSchedule(field: string, text: string): unknown {
  const [first, ...later] = text.split("@");
  if (later.length === 0) return parsePart(field, text);
  const parts = later.map((part): [number, unknown] => {
    const at = part.indexOf(":");
    if (at < 1)
      throw new ConfigError(
        `${field}: expected A@STEP:B, a schedule and another from a step on, got ${show(text)}`,
      );
    return [parseNumber(field, part.slice(0, at)), parsePart(field, part.slice(at + 1))];
  });
  return made(field, "A@STEP:B", text, () =>
    sequence([0, parsePart(field, first) as ScheduleInput], ...(parts as [number, ScheduleInput][])),
  );
}

const show = (text: string): string => JSON.stringify(text);

/** A number, a named schedule or JSON. */
function parsePart(field: string, text: string): unknown {
  const value = parseScalar(text);
  if (value !== undefined) return value;
  const [name, ...rest] = text.trim().split(":");
  const named = schedules.find((schedule) => schedule.name === name);
  if (named === undefined)
    throw new ConfigError(
      `${field}: expected a number, ${forms.join(", ")} or JSON, got ${show(text)}${asked(nearest(name, names))}`,
    );
  const form = `${name}:${named.form}`;
  const numbers = rest.map(parseScalar);
  const [least, most] = named.counts;
  if (rest.length < least || rest.length > most || !numbers.every((x) => typeof x === "number"))
    throw new ConfigError(`${field}: expected ${form}, got ${show(text)}`);
  return made(field, form, text, () => named.make(...(numbers as number[])));
}

/** What the constructor makes; what it refuses, with the form in place of the constructor's names. */
function made(field: string, form: string, text: string, make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(
      `${field}: expected ${form}, got ${show(text)} (${error.message.replace(/^[\w.]+: /, "")})`,
    );
  }
}
