import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { ConfigError } from "../config.js";
import { exp, log } from "../math/elementary.js";
import { writeRecords } from "../report/index.js";
import {
  cores,
  Journal,
  type RunResult,
  runPool,
  type SweepDescription,
  sweepConfigs,
} from "../sweep/index.js";
import { Interrupted } from "./failure.js";
import { interruptSignal } from "./interrupt.js";
import { parseNumber, parseWholeNumber } from "./numbers.js";
import { progressReporter } from "./progress.js";

interface Options {
  vary: string[];
  seeds?: string;
  threads?: string;
  out: string;
  json?: boolean;
}

export function addSweep(program: Command): void {
  program
    .command("sweep")
    .summary("run every combination of some settings")
    .description("Runs a sweep: { base, axes, seeds } from a JSON file, --vary, or both.")
    .argument("[file]", "sweep as JSON")
    .option("--vary <axis>", "path=v1,v2,… or path=log:from:to:n or path=linear:from:to:n", collect, [])
    .option("--seeds <n>", "seeds of every setting")
    .option("--threads <n>", "threads (default: one a core)")
    .option("--out <dir>", "directory of journal.ndjson and runs.parquet", "unigram-lab-sweep")
    .option("--json", "a JSON line a finished run")
    .addHelpText(
      "after",
      "\nExamples:\n  unigram-lab sweep --vary learningRate=log:1e-4:1e-1:7 --vary embeddingDim=10,100 --seeds 5\n  unigram-lab sweep sweep.json --out results",
    )
    .action(sweepCommand);
}

const collect = (value: string, all: string[]): string[] => [...all, value];

/** `path=…` → the path and its values. */
function parseAxis(text: string): [string, unknown[]] {
  const at = text.indexOf("=");
  if (at < 1) throw new ConfigError(`--vary: expected path=values, got ${JSON.stringify(text)}`);
  const path = text.slice(0, at);
  const [kind, from, to, count, ...rest] = text.slice(at + 1).split(":");
  if (kind !== "log" && kind !== "linear")
    return [
      path,
      text
        .slice(at + 1)
        .split(",")
        .map(parseValue),
    ];
  if (count === undefined || rest.length > 0)
    throw new ConfigError(
      `--vary ${path}: expected ${kind}:from:to:n, got ${JSON.stringify(text.slice(at + 1))}`,
    );
  const [a, b] = [parseNumber(`--vary ${path}`, from), parseNumber(`--vary ${path}`, to)];
  const n = parseWholeNumber(`--vary ${path}`, count, 2, 100000);
  if (kind === "log" && !(a > 0 && b > 0))
    throw new ConfigError(`--vary ${path}: expected ends above 0 for a log axis, got ${from} and ${to}`);
  return [
    path,
    Array.from({ length: n }, (_, i) => {
      if (i === 0) return a;
      if (i === n - 1) return b;
      const share = i / (n - 1);
      // 12 digits, so that the middle of 1e-4 … 1e-2 is 1e-3
      const value = kind === "log" ? exp(log(a) + share * (log(b) - log(a))) : a + share * (b - a);
      return Number(value.toPrecision(12));
    }),
  ];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function readSweep(path: string | undefined): Promise<SweepDescription> {
  if (path === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new ConfigError(
      `FILE: expected a sweep as JSON, got ${path} (${(error as NodeJS.ErrnoException).code ?? "not JSON"})`,
    );
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new ConfigError(`FILE: expected { base, axes, seeds }, got ${path}`);
  for (const key of Object.keys(value))
    if (!["base", "axes", "seeds"].includes(key)) throw new ConfigError(`${key}: unknown field of a sweep`);
  return value as SweepDescription;
}

async function sweepCommand(file: string | undefined, options: Options): Promise<void> {
  const described = await readSweep(file);
  if (file === undefined && options.vary.length === 0)
    throw new ConfigError("FILE: expected a sweep as JSON or --vary, got neither");
  const axes = { ...described.axes, ...Object.fromEntries(options.vary.map(parseAxis)) };
  const seeds =
    options.seeds === undefined ? described.seeds : parseWholeNumber("--seeds", options.seeds, 1, 1e6);
  const threads =
    options.threads === undefined ? cores() : parseWholeNumber("--threads", options.threads, 1, 1024);
  const configs = sweepConfigs({ base: described.base, axes, seeds });
  try {
    await mkdir(options.out, { recursive: true });
  } catch (error) {
    throw new ConfigError(
      `--out: expected a directory that can be written, got ${options.out} (${(error as NodeJS.ErrnoException).code})`,
    );
  }
  const journal = await Journal.open(join(options.out, "journal.ndjson"));
  process.stderr.write(`${configs.length} runs on ${threads} ${threads === 1 ? "thread" : "threads"}\n`);
  const signal = interruptSignal();
  const bar = progressReporter(configs.length);
  const finished: RunResult[] = [];
  try {
    for await (const result of runPool(configs, { threads, journal, signal, onProgress: bar.update })) {
      finished.push(result);
      const { run, divergedAt, seconds, records } = result;
      if (options.json)
        process.stdout.write(`${JSON.stringify({ run, divergedAt, seconds, last: records.at(-1) })}\n`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    bar.stop();
    await journal.close();
  }
  // the order of the table is the sweep's, whatever finished first
  finished.sort((a, b) => (a.run < b.run ? -1 : 1));
  const table = join(options.out, "runs.parquet");
  if (finished.length > 0) await writeRecords(table, finished);
  process.stderr.write(`${finished.length} of ${configs.length} runs in ${table}\n`);
  if (signal.aborted)
    throw new Interrupted("interrupted: finished runs are kept; the same command goes on from there");
}
