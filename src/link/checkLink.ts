/** Whether a value is what a link may hold; by hand, since a page that reads links loads no schemas for it. */
import { ConfigError, parseConfig, show } from "../index.js";
import type { LabLink, LinkedRun } from "./link.js";

/** @throws ConfigError that begins with the path */
type Check = (value: unknown, path: string) => void;

const refused = (path: string, what: string, value: unknown) =>
  new ConfigError(`${path}: expected ${what}, got ${show(value)}`);

const where =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, path) => {
    if (!holds(value)) throw refused(path, what, value);
  };

const whole = (from: number, to: number): Check =>
  where(
    `a whole number from ${from} to ${to}`,
    (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
  );

const trueOrFalse = where("true or false", (value) => typeof value === "boolean");

const text = (what: string, pattern: RegExp): Check =>
  where(what, (value) => typeof value === "string" && pattern.test(value));

const name = text("a name of at most 40 letters, digits, dots and dashes", /^[\w.-]{1,40}$/);

function list(what: string, item: Check, from: number, to: number): Check {
  const all = `a list of ${from === to ? from : `${from} to ${to}`} ${what}`;
  return (value, path) => {
    if (!Array.isArray(value) || value.length < from || value.length > to) throw refused(path, all, value);
    for (let i = 0; i < value.length; i++) item(value[i], `${path}[${i}]`);
  };
}

/** An object without other fields; one that is undefined counts as left out. */
function object(fields: Record<string, Check>, needed?: string): Check {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw refused(path || "link", "an object", value);
    const under = (field: string) => (path ? `${path}.${field}` : field);
    for (const [field, inner] of Object.entries(value)) {
      if (!Object.hasOwn(fields, field)) throw new ConfigError(`${under(field)}: unknown field`);
      if (inner !== undefined) fields[field](inner, under(field));
    }
    if (needed !== undefined && (value as Record<string, unknown>)[needed] === undefined)
      throw new ConfigError(`${under(needed)}: missing`);
  };
}

/** As a config has it, in src/schema.ts, which the page loads nothing of. */
const MOST_STEPS = 1e9;
const MOST_RUNS = 64;

const ascending = where(
  "two steps, the lower one first",
  (value) => (value as [number, number])[0] < (value as [number, number])[1],
);
const twoSteps = list(
  "steps",
  where(
    `a number from 0 to ${MOST_STEPS}`,
    (value) => typeof value === "number" && value >= 0 && value <= MOST_STEPS,
  ),
  2,
  2,
);

const run = object(
  {
    // parseConfig sees to it
    config: () => {},
    seeds: whole(1, MOST_RUNS),
    pinned: trueOrFalse,
    hidden: trueOrFalse,
    hashes: list(
      "hashes",
      text("a SHA-256 in 64 hexadecimal digits, lower case", /^[0-9a-f]{64}$/),
      0,
      MOST_RUNS,
    ),
  },
  "config",
);

const check = object(
  {
    runs: list("runs", run, 1, MOST_RUNS),
    focus: whole(0, MOST_RUNS - 1),
    view: object({
      panels: list("names of panels", name, 0, 32),
      logX: trueOrFalse,
      fit: (value, path) => {
        twoSteps(value, path);
        ascending(value, path);
      },
      axes: list("axes", whole(0, 65535), 2, 2),
      trail: trueOrFalse,
      input: whole(0, 2 ** 24 - 1),
      step: whole(0, MOST_STEPS),
    }),
    chapter: name,
  },
  "runs",
);

/** A run with its config complete, and what its parts say together. */
function checkedRun(run: LinkedRun, path: string): LinkedRun {
  const { config: input, seeds = 1, hashes = [] } = run;
  let config: ReturnType<typeof parseConfig>;
  try {
    config = parseConfig(input);
  } catch (error) {
    const { message } = error as Error;
    throw new ConfigError(`${path}.${message.startsWith("config: ") ? "" : "config."}${message}`);
  }
  const most = Number.MAX_SAFE_INTEGER - config.seed + 1;
  if (seeds > most)
    throw refused(`${path}.seeds`, `at most ${most}, since the first is ${config.seed}`, seeds);
  if (hashes.length > seeds) throw refused(`${path}.hashes`, `at most ${seeds}, one a seed`, hashes.length);
  return { ...run, config };
}

/**
 * What a link may hold, with complete configs: 1 to 64 runs of 1 to 64 seeds.
 * @throws ConfigError with one line that names the field: `runs[2].config.vocabSize: expected …, got …`
 */
export function checkLink(value: unknown): LabLink {
  check(value, "");
  const link = value as LabLink;
  const { runs, focus = 0 } = link;
  if (focus >= runs.length) throw refused("focus", `the place of one of ${runs.length} runs, from 0`, focus);
  return { ...link, runs: runs.map((run, i) => checkedRun(run, `runs[${i}]`)) };
}
