import { CommanderError } from "commander";
import { ConfigError } from "../config.js";

/** A stop that the user asked for, after what is finished was kept. */
export class Interrupted extends Error {}

/** Prints what went wrong in one line and gives the exit code: 2 for the user's mistakes, 130 for Ctrl-C, else 1. */
export function exitCodeOf(error: unknown, verbose: boolean): number {
  // commander has printed its own line
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    return 130;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`error: ${message.split("\n")[0]}\n`);
  if (error instanceof ConfigError) return 2;
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}
