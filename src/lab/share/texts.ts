/** Runs as what repeats them elsewhere. */
import { codeOf } from "../../fields/codeOf.js";
import type { RunConfig } from "../../index.js";
import { commandOf, sweepFile } from "../../sweep/commandOf.js";
import { sweepOf } from "../../sweep/sweepOf.js";

export const sweepText = (configs: readonly RunConfig[]): string =>
  `${JSON.stringify(sweepOf(configs), null, 2)}\n`;

/** @throws ConfigError for runs that cannot be said so */
export function textOf(kind: "command" | "code" | "sweep", configs: readonly RunConfig[]): string {
  if (kind === "code") return codeOf(configs);
  if (kind === "sweep") return sweepText(configs);
  const command = commandOf(configs);
  return command.endsWith(` ${sweepFile}`)
    ? `cat > ${sweepFile} <<'END'\n${sweepText(configs)}END\n${command}\n`
    : `${command}\n`;
}
