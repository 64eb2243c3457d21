import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built command line. */
export const unigramLab = (args: string[], cwd?: string, env = process.env): Promise<Finished> =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });

/** What `train` says beside the hash of its final weights, which is the last line. */
export const withoutHash = (stderr: string): string =>
  stderr.replace(/^final weights ([0-9a-f]{12}|[0-9a-f]{64}) \(sha256\)\n/m, "");

export { cli };
