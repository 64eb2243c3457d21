import { CommanderError } from "commander";
import { ConfigError } from "../config.js";
import { withSuggestion } from "./suggestion.js";

/** A stop before the end, after what is finished was kept: by Ctrl-C, or by an output that takes nothing more. */
export class Interrupted extends Error {
  constructor(
    message: string,
    readonly exitCode = 130,
  ) {
    super(message);
  }

  /** The same stop, with what was kept. */
  keeping(what: string): Interrupted {
    return new Interrupted(`${this.message}: ${what}`, this.exitCode);
  }
}

/** Prints what went wrong in one line and gives the exit code: 2 for the user's mistakes, 130 for Ctrl-C, else 1. */
export function exitCodeOf(error: unknown, verbose: boolean): number {
  // commander has printed its own line
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  process.stderr.write(`error: ${error instanceof ConfigError ? withSuggestion(line) : line}\n`);
  if (error instanceof ConfigError) return 2;
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}
