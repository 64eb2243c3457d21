import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built command line; `more`: variables of its environment. */
export const unigramLab = (args: string[], cwd?: string, more: object = {}): Promise<Finished> =>
  new Promise((resolve) => {
    const env = { ...process.env, ...more };
    execFile(process.execPath, [cli, ...args], { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });

export { cli };
