/**
 * Stands for `unigram-lab`, `npx` and `npm` while a page's block runs: node asTyped.mjs NAME ARGUMENT…
 * Runs the built command line. With LONG set it only checks that there is such a command: a sweep by a dry run, what takes
 * another machine or hours by its flags. npm's commands are looked up, never run.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const call = (args, stdio) =>
  execFileSync(process.execPath, [fromRoot("dist/cli.js"), ...args], { encoding: "utf8", stdio });
const refuse = (line) => {
  console.error(line);
  process.exit(1);
};

function unigramLab(args) {
  if (!process.env.LONG) return call(args, "inherit");
  const [command, ...rest] = args;
  const help = call([command, "--help"], "pipe");
  if (!help.startsWith(`Usage: unigram-lab ${command}`)) refuse(`${command}: no such command`);
  const known = new Set(help.match(/--[\w-]+/g));
  for (const argument of rest) {
    const [flag] = argument.split("=");
    if (flag.startsWith("--") && !known.has(flag)) refuse(`${command} has no ${flag}`);
  }
  if (command === "reproduce") {
    const experiments = call(["reproduce", "--list"], "pipe");
    for (const [i, name] of rest.entries())
      if (
        /^[a-z]/.test(name) &&
        !/^--(seeds|threads|out|backend)$/.test(rest[i - 1] ?? "") &&
        !experiments.includes(name)
      )
        refuse(`reproduce has no ${name}`);
  }
  if (command === "sweep" && !rest.includes("--backend") && !rest.includes("--shard"))
    call([...args, ...(rest.includes("--dry-run") ? [] : ["--dry-run"])], "inherit");
}

function npm([command, name]) {
  const { scripts } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  const script = command === "run" ? name : command;
  if (!["ci", "install"].includes(command) && !scripts[script])
    refuse(`package.json has no script ${script}`);
}

function npx([name, ...args]) {
  if (name !== "unigram-lab") refuse(`npx ${name}: expected unigram-lab`);
  unigramLab(args);
}

const [name, ...args] = process.argv.slice(2);
try {
  ({ "unigram-lab": unigramLab, npx, npm })[name](args);
} catch ({ status }) {
  // the command has said why
  process.exit(status ?? 1);
}
