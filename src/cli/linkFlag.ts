/** `--config LINK`: a link to the lab in the place of a file; the run in focus is meant. */
import { ConfigError, configHash, type RunConfig } from "../config.js";
import { shortest } from "../fields/implied.js";
import { trainCommand, trainFlags } from "../fields/trainCommand.js";
import { decodeLink } from "../link/codec.js";
import type { LabLink, LinkedRun } from "../link/link.js";
import type { Input } from "./configFlags.js";

/** Whether a value of `--config` is a link and no file: an address, or a fragment. */
export const isLink = (text: string): boolean => /^https?:|#v\d+\./.test(text);

/** @throws ConfigError that names the flag */
export async function readLink(text: string): Promise<LabLink> {
  try {
    return await decodeLink(text);
  } catch (error) {
    throw new ConfigError(`--config: ${(error as Error).message.replace(/^link: /, "")}`);
  }
}

const focused = ({ runs, focus = 0 }: LabLink): LinkedRun => runs[focus];
/** Complete, as decodeLink gives it. */
const configOf = ({ config }: LinkedRun): RunConfig => config as RunConfig;

/** The config in focus as a file would have it: flags over it imply anew what it does not say. */
export function linkedConfig(link: LabLink): Input {
  const config = configOf(focused(link));
  // a corpus would say another
  return { vocabSize: config.vocabSize, ...shortest(config) };
}

/** "A" to "Z", "AA", …: what the lab calls the run at a place of its list. */
const letter = (place: number): string =>
  place < 26 ? String.fromCharCode(65 + place) : letter(Math.floor(place / 26) - 1) + letter(place % 26);

function sweepCommand(config: RunConfig, seeds: number): string {
  const { seed } = config;
  const over = seed === 0 ? `--seeds ${seeds}` : `--vary seed=linear:${seed}:${seed + seeds - 1}:${seeds}`;
  return ["unigram-lab sweep", ...trainFlags({ ...config, seed: 0 }), over].join(" ");
}

/**
 * What there is in a link beside the one run that is trained, in lines.
 * @param all whether the others' commands are said
 */
export function besideFocus(link: LabLink, all: boolean): string[] {
  const { runs, focus = 0 } = link;
  const { seeds = 1 } = runs[focus];
  const lines: string[] = [];
  if (runs.length > 1)
    lines.push(
      `the link has ${runs.length} runs, ${letter(focus)} in focus is trained${all ? "" : " (--verbose has the commands of the others)"}`,
    );
  if (all)
    for (const [place, run] of runs.entries())
      if (place !== focus) lines.push(`${letter(place)}: ${trainCommand(configOf(run))}`);
  if (seeds > 1)
    lines.push(`the link has it over ${seeds} seeds: ${sweepCommand(configOf(runs[focus]), seeds)}`);
  return lines;
}

/** The hash that a link says a run's final weights have; undefined where it says none. */
export function linkedHash({ runs }: LabLink, config: RunConfig): string | undefined {
  const name = configHash(config);
  for (const run of runs)
    for (const [i, hash] of (run.hashes ?? []).entries())
      if (configHash({ ...run.config, seed: configOf(run).seed + i }) === name) return hash;
  return undefined;
}

/** Whether a link has a hash of the run in focus. */
export const hasHash = (link: LabLink): boolean => (focused(link).hashes ?? []).length > 0;
