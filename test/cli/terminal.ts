/** The built command line on a terminal of 80 columns, and what is on its screen. */
import { spawn, spawnSync } from "node:child_process";
import { cli } from "./commandLine.js";

/** A pseudo-terminal is made by `script` of util-linux. */
export const hasTerminal = spawnSync("script", ["--version"]).stdout?.includes("util-linux") ?? false;

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

export interface OnTerminal {
  /** All that was written so far, escapes and all. */
  written(): string;
  /** Ctrl-C, as the terminal sends it. */
  interrupt(): void;
  exit: Promise<number | null>;
}

export function onTerminal(args: string[], cwd: string, { columns = 80, rows = 24 } = {}): OnTerminal {
  const command = [process.execPath, cli, ...args].map(quoted).join(" ");
  const line = `stty cols ${columns} rows ${rows}; exec ${command}`;
  const child = spawn("script", ["-qec", line, "/dev/null"], { cwd, env: { ...process.env, TERM: "xterm" } });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece) => {
    text += piece;
  });
  return {
    written: () => text,
    interrupt: () => child.stdin.write("\x03"),
    exit: new Promise((resolve) => child.on("exit", resolve)),
  };
}

/** The lines of the screen, scrolled ones too, as a terminal shows what was written to it. */
export function screenOf(text: string): string[] {
  const lines: string[] = [""];
  let [row, column] = [0, 0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
  for (const [token, count, kind] of text.matchAll(/\x1b\[\??([0-9;]*)([A-Za-z])|[\s\S]/gu)) {
    if (kind === "A") row = Math.max(0, row - Number(count || 1));
    else if (kind === "G") column = Number(count || 1) - 1;
    else if (kind === "K" && count !== "1") lines[row] = count === "2" ? "" : lines[row].slice(0, column);
    else if (kind === "J") {
      lines[row] = lines[row].slice(0, column);
      lines.length = row + 1;
    } else if (kind !== undefined) continue;
    else if (token === "\r") column = 0;
    else if (token === "\n") {
      row++;
      lines[row] ??= "";
    } else {
      lines[row] = lines[row].slice(0, column).padEnd(column) + token + lines[row].slice(column + 1);
      column++;
    }
  }
  return lines;
}
