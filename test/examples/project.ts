/** Empty folders with an example in them, `unigram-lab` on their path and linked into their node_modules. */
import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

export const examples = join(process.cwd(), "examples");

export interface Project {
  dir: string;
  /** Runs a program there; its standard output. Fails with what it said when it ends with another code than 0. */
  run(command: string, args: string[], environment?: Record<string, string>): Promise<string>;
  /** Runs the unigram-lab commands that a file's head names, one after the other. */
  commandsOf(file: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * @param folder whose files are copied, in examples
 * @param modules linked from this repository's node_modules
 */
export async function project(folder: string, modules: string[] = []): Promise<Project> {
  const dir = await mkdtemp(join(tmpdir(), "unigram-lab-example-"));
  await cp(join(examples, folder), dir, { recursive: true });
  const link = async (target: string, path: string) => {
    await mkdir(dirname(path), { recursive: true });
    await symlink(target, path);
  };
  await link(process.cwd(), join(dir, "node_modules/unigram-lab"));
  for (const name of modules)
    await link(join(process.cwd(), "node_modules", name), join(dir, "node_modules", name));
  const program = join(dir, "node_modules/.bin/unigram-lab");
  await mkdir(dirname(program));
  await writeFile(
    program,
    `#!/bin/sh\nexec "${process.execPath}" "${join(process.cwd(), "dist/cli.js")}" "$@"\n`,
  );
  await chmod(program, 0o755);

  const run: Project["run"] = (command, args, environment = {}) =>
    new Promise((resolve, reject) => {
      const env = {
        ...process.env,
        PATH: `${dirname(program)}${delimiter}${process.env.PATH}`,
        ...environment,
      };
      execFile(command, args, { cwd: dir, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        error ? reject(new Error(`${command} ${args.join(" ")}: ${stderr}`)) : resolve(stdout),
      );
    });
  return {
    dir,
    run,
    async commandsOf(file) {
      const head = (await readFile(join(dir, file), "utf8")).split("\n").slice(0, 8);
      const commands = head
        .flatMap((line) => line.replace(/^[-*#\s]*/, "").split("&&"))
        .map((command) => command.trim().replace(/^npx /, ""))
        .filter((command) => command.startsWith("unigram-lab "));
      if (commands.length === 0) throw new Error(`${file}: expected commands in its head, found none`);
      for (const command of commands) await run("bash", ["-c", command]);
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
