/** The command line that makes some given runs. */
import { parseConfig, type RunConfig } from "../config.js";
import { quoted, trainCommand, trainFlags } from "../fields/trainCommand.js";
import type { SweepDescription } from "./description.js";
import { sweepOf } from "./sweepOf.js";

/** What a command takes the sweep's file to be called. */
export const sweepFile = "sweep.json";

/** A value as `--vary` takes it. */
const valueText = (value: unknown): string =>
  typeof value === "string" && /^(?!(true|false|null)$)[A-Za-z][\w-]*$/.test(value)
    ? value
    : JSON.stringify(value);

function sweepCommand({ base, axes = {}, seeds }: SweepDescription): string {
  const varied = Object.entries({
    ...axes,
    ...(Array.isArray(seeds) && seeds.length > 1 ? { seed: seeds } : {}),
  }).map(([path, values]) => `--vary ${quoted(`${path}=${(values as unknown[]).map(valueText).join(",")}`)}`);
  const own = Array.isArray(seeds)
    ? seeds.length === 1
      ? [`--seed ${seeds[0]}`]
      : []
    : seeds === 1
      ? []
      : [`--seeds ${seeds}`];
  return ["unigram-lab sweep", ...trainFlags(parseConfig(base)), ...varied, ...own].join(" ");
}

/**
 * `unigram-lab train …` for one run, `unigram-lab sweep --vary …` for several that are a grid; `unigram-lab sweep sweep.json`
 * for others, sweep.json being what `sweepOf` makes of them.
 * @throws ConfigError as sweepOf
 */
export function commandOf(configs: readonly RunConfig[]): string {
  if (configs.length === 1) return trainCommand(configs[0]);
  const description = sweepOf(configs);
  return description.zip ? `unigram-lab sweep ${sweepFile}` : sweepCommand(description);
}
