/** Runtimes that run files: a project with a program, and what it prints. */
import { bin, project, run } from "./project.js";

export const node = (major) => [bin(`node${major}/bin/node`)];
export const deno = [bin("@deno/linux-x64-glibc/deno"), "run", "--allow-all", "--cached-only"];
export const bun = [bin("@oven/bun-linux-x64/bin/bun"), "run"];

/**
 * @param command and its arguments before the program
 * @param program a module's text that prints one line of JSON
 * @param prepare what else the project needs
 */
export const fromFiles = (
  name,
  [command, ...args],
  program,
  { env = process.env, prepare = () => {} } = {},
) => ({
  name,
  async run() {
    const dir = await project(name.replaceAll(/[ ,]+/g, "-").toLowerCase(), { "main.js": program });
    await prepare(dir);
    const { stdout } = await run(command, [...args, "main.js"], { cwd: dir, env, maxBuffer: 1 << 24 });
    return JSON.parse(stdout);
  },
  lacks: {},
});
