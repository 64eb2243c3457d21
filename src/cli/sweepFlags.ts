/** The sweeps that FILE and flags ask for, before anything is planned. */
import { readFile } from "node:fs/promises";
import { ConfigError } from "../config.js";
import type { CorpusTokens } from "../data/digest.js";
import { whyUnread } from "../disk/whyUnread.js";
import { namesAt } from "../fields/names.js";
import type { SweepDescription } from "../sweep/description.js";
import { type BackendFlags, checkRelaxed } from "./backendFlag.js";
import { givenFields, type Input, shownFlag, withFlags } from "./configFlags.js";
import { withCorpus } from "./corpusFlag.js";
import { parseJson } from "./json.js";
import { parseWholeNumber } from "./numbers.js";
import { isSameButSteps, parseRecord, readRecord } from "./sweepRecord.js";
import { readConfig, type TrainFlags } from "./trainConfig.js";
import { checkVariedKind, parseVary } from "./vary.js";

/** Flags that say what is run. */
export interface SweepFlags extends TrainFlags, BackendFlags {
  vary?: string[];
  seeds?: string;
  corpus?: string;
  add?: boolean;
}

/** Whether it has fields of a config, and no others. */
function isConfig(value: unknown): boolean {
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const known = namesAt([]);
  return names.length > 0 && names.every((name) => known.includes(name));
}

/** The sweeps of a file. */
async function readSweeps(path: string): Promise<SweepDescription[]> {
  let value: unknown;
  try {
    value = parseJson(await readFile(path, "utf8"));
  } catch (error) {
    throw new ConfigError(`FILE: expected a sweep as JSON, got ${path} (${whyUnread(error as Error)})`);
  }
  if (isConfig(value))
    throw new ConfigError(
      `FILE: expected a sweep, { base, axes, zip, seeds, where }, got ${path}, a config: --config ${path} makes it the base`,
    );
  const { sweeps } = parseRecord(value);
  if (sweeps.length === 0) throw new ConfigError(`FILE: expected a sweep, got ${path} without one`);
  return sweeps;
}

/** Whether --steps is all that is said of the runs; a file may be handed in that they name by its digest. */
function isStepsAlone(given: SweepFlags): boolean {
  const { vary, seeds, config, distributionFile } = given;
  if ((vary ?? seeds ?? config) !== undefined) return false;
  const paths = givenFields(given).map(({ path }) => path);
  const said = distributionFile ? paths.filter((path) => path !== "distribution.kind") : paths;
  return said.length === 1 && said[0] === "steps";
}

/**
 * What flags are put over: the sweeps of the file; or, where --steps alone is given, those of the directory, each once
 * whatever its steps; or nothing.
 * @throws ConfigError for --steps and nothing else with a directory that has no sweep
 */
async function begunWith(
  file: string | undefined,
  given: SweepFlags & { out: string },
): Promise<SweepDescription[]> {
  if (file !== undefined) return readSweeps(file);
  if (given.add || !isStepsAlone(given)) return [{}];
  const { sweeps } = await readRecord(given.out);
  const each = sweeps.filter((one, i) => !sweeps.slice(i + 1).some((later) => isSameButSteps(one, later)));
  if (each.length > 0) return each;
  if (given.distributionFile ?? given.corpus) return [{}];
  throw new ConfigError(
    `--out: expected the directory of a sweep, to go on from, got ${given.out} (it has none)`,
  );
}

/** The axes of all --vary. */
function axesOf(
  vary: string[],
  base: Input,
  described: SweepDescription,
): NonNullable<SweepDescription["axes"]> {
  const axes = vary.map((text) => parseVary(text, base));
  const paths = axes.map(([path]) => path);
  for (const [i, path] of paths.entries())
    if (paths.indexOf(path) < i) throw new ConfigError(`--vary ${path}: expected once, got it twice`);
  const { axes: others = {}, zip = [] } = described;
  const varied = [...paths, ...[others, ...zip].flatMap((together) => Object.keys(together))];
  for (const text of vary) checkVariedKind(text, base, varied);
  return Object.fromEntries(axes);
}

/** @throws ConfigError for a flag whose field takes other values than the flag's from an axis or the seeds */
function checkBase(flags: SweepFlags, { axes = {}, zip = [], seeds }: SweepDescription): void {
  const varied = [axes, ...zip].flatMap((together) => Object.keys(together));
  if (flags.distributionFile && varied.includes("vocabSize"))
    throw new ConfigError(
      `--distribution: expected a sweep of one vocabulary, that of ${flags.distributionFile.path}, got vocabSize too`,
    );
  for (const field of givenFields(flags)) {
    const axis = varied.find((path) => field.path === path || field.path.startsWith(`${path}.`));
    const other = axis ?? (field.path === "seed" && seeds !== undefined ? "seeds" : undefined);
    if (other !== undefined)
      throw new ConfigError(
        `${shownFlag(field, flags)}: expected a field that is set once, got ${other} too`,
      );
  }
}

/** @throws ConfigError for a sweep of which a GPU could not compute all */
export function checkDevice(
  { base = {}, axes = {}, zip = [] }: SweepDescription,
  { backend }: SweepFlags,
): void {
  if (backend !== "webgpu") return;
  const varied = [axes, ...zip].flatMap((together) => together.arithmetic ?? []);
  for (const arithmetic of [base.arithmetic, ...varied]) checkRelaxed(arithmetic);
}

/** The sweeps that file and flags ask for: several only where a file, or a directory, has several. */
export async function describeSweeps(
  file: string | undefined,
  given: SweepFlags & { out: string },
  corpus: CorpusTokens | undefined,
): Promise<SweepDescription[]> {
  const begun = await begunWith(file, given);
  const changed = (given.vary ?? given.seeds ?? given.config) !== undefined || givenFields(given).length > 0;
  if (file !== undefined && begun.length > 1 && changed)
    throw new ConfigError(
      `FILE: expected one sweep where flags say more of it, got the ${begun.length} of ${file}`,
    );
  return Promise.all(begun.map((one) => completed({ ...one }, file, given, corpus)));
}

/** A sweep with what the flags say. */
async function completed(
  described: SweepDescription,
  file: string | undefined,
  given: SweepFlags,
  corpus: CorpusTokens | undefined,
): Promise<SweepDescription> {
  const { vary = [], seeds, config } = given;
  if (config !== undefined) {
    if (described.base !== undefined)
      throw new ConfigError(`--config: expected a sweep without a base, got ${file}, which has its own`);
    described.base = await readConfig(config);
  }
  // what a GPU computes, where nothing else is said
  if (given.backend === "webgpu") described.base = { arithmetic: "relaxed", ...described.base };
  const flags = await withCorpus(given, (described.base ?? {}) as Input, corpus);
  const based = givenFields(flags).length > 0;
  if (file === undefined && vary.length === 0 && (seeds ?? config) === undefined && !based)
    throw new ConfigError("FILE: expected a sweep as JSON or --vary, got neither");
  const base = withFlags((described.base ?? {}) as Input, flags);
  const axes = axesOf(vary, { ...base }, described);
  for (const path of Object.keys(axes))
    if (Object.hasOwn(described.axes ?? {}, path))
      throw new ConfigError(
        `--vary ${path}: expected a field that ${file} does not vary, got one of its axes`,
      );
  if (seeds !== undefined && described.seeds !== undefined)
    throw new ConfigError(`--seeds: expected a file without seeds, got ${file}, which has its own`);
  const description = {
    ...described,
    axes: { ...described.axes, ...axes },
    seeds: seeds === undefined ? described.seeds : parseWholeNumber("--seeds", seeds, 1, 1e6),
  };
  if (!based) return description;
  checkBase(flags, description);
  return { ...description, base };
}
