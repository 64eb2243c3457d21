import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { ConfigError, configHash, parseConfig, type RunConfig, type RunConfigInput } from "../config.js";
import { atomicWrite } from "../report/atomicWrite.js";
import { checkRecordsPath, writeRecords } from "../report/index.js";
import { cores } from "../sweep/cores.js";
import { estimateCost, worthSharing } from "../sweep/cost.js";
import { createTrainer, restoreTrainer } from "../training/create.js";
import { MOST_THREADS, type TrainerOptions } from "../training/options.js";
import type { TrainingRecord } from "../training/record.js";
import { decodeSnapshot } from "../training/snapshot.js";
import type { Trainer } from "../training/trainer.js";
import { Interrupted } from "./failure.js";
import { interruptSignal } from "./interrupt.js";
import { parseNumber, parseWholeNumber } from "./numbers.js";
import { vectorBits } from "./revectorizer.js";

/** Flags that set one field of the config: flag, its value's name, dotted path, meaning. */
const fields: [string, string, string, string][] = [
  ["vocab-size", "V", "vocabSize", "tokens in the vocabulary (100)"],
  ["embedding-dim", "D", "embeddingDim", "dimensions of an embedding (100)"],
  ["exponent", "x", "distribution.exponent", "exponent of the Zipf law (1)"],
  ["init-std", "x", "init.std", "standard deviation of the initial weights (D^-1/2)"],
  ["beta1", "x", "optimizer.beta1", "Adam's β₁ (0.9)"],
  ["beta2", "x", "optimizer.beta2", "Adam's β₂ (0.999)"],
  ["eps", "x", "optimizer.eps", "Adam's eps (1e-8)"],
  ["batch-size", "B", "batchSize", "pairs a step (128)"],
  ["steps", "n", "steps", "steps in all (3000)"],
  ["evaluate-every", "n", "evaluateEvery", "steps between evaluations (100)"],
  ["seed", "n", "seed", "seed (0)"],
];

interface Options {
  config?: string;
  tied?: boolean;
  norm?: string;
  learningRate?: string;
  evaluation?: string;
  threads?: string;
  backend?: string;
  out?: string;
  snapshot?: string;
  resume?: string;
  json?: boolean;
  verbose?: boolean;
  [flag: string]: unknown;
}

export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .summary("train one model, a line an evaluation")
    .description("Trains one config, given by flags, by a JSON file, or both (flags win).")
    .option("--config <file>", "config as JSON");
  for (const [flag, value, , meaning] of fields) command.option(`--${flag} <${value}>`, meaning);
  command
    .option("--tied", "one matrix for embedding and unembedding (default)")
    .option("--no-tied", "two matrices")
    .option("--norm <kind>", "none, layernorm or rmsnorm (none)")
    .option("--learning-rate <rate>", "a number, or a schedule as JSON (0.001)")
    .option("--evaluation <kind>", "exact, sampled or stratified (exact up to V = 10000)")
    .option(
      "--threads <n>",
      "threads that share the run (default: one a core where a step takes a millisecond)",
    )
    .option("--backend <name>", "wasm or reference (wasm)")
    .option("--out <file>", "write the records: .parquet, .csv, .json or .ndjson")
    .option("--snapshot <file>", "write a snapshot at the end, also after Ctrl-C")
    .option("--resume <file>", "go on from a snapshot; only --steps may be raised")
    .option("--json", "a JSON line an evaluation")
    .option("--verbose", "say more")
    .addHelpText(
      "after",
      '\nExamples:\n  unigram-lab train --vocab-size 1000 --learning-rate 0.01 --out run.parquet\n  unigram-lab train --learning-rate \'{"kind":"piecewise-linear","points":[[0,0],[100,0.01]]}\'\n  unigram-lab train --snapshot run.snapshot && unigram-lab train --resume run.snapshot',
    )
    .action(trainCommand);
}

const camelCase = (flag: string): string =>
  flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** The config of the command line. `learningRate` and the kinds pass through to the schema, which names what is wrong. */
async function configOf(options: Options): Promise<RunConfigInput> {
  // biome-ignore lint/suspicious/noExplicitAny: the schema checks it
  const input: any = options.config === undefined ? {} : await readConfig(options.config);
  for (const [flag, , path] of fields) {
    const text = options[camelCase(flag)] as string | undefined;
    if (text === undefined) continue;
    const value = parseNumber(path, text);
    const [parent, child] = path.split(".");
    if (child === undefined) input[parent] = value;
    else
      input[parent] = {
        ...(input[parent] ?? { kind: { distribution: "zipf", init: "normal", optimizer: "adam" }[parent] }),
        [child]: value,
      };
  }
  if (options.tied !== undefined) input.tied = options.tied;
  if (options.norm !== undefined) input.norm = options.norm;
  if (options.evaluation !== undefined) input.evaluation = { kind: options.evaluation };
  if (options.learningRate !== undefined) input.learningRate = parseSchedule(options.learningRate);
  return input;
}

function parseSchedule(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(
      `learningRate: expected a number or a schedule as JSON, got ${JSON.stringify(text)}`,
    );
  }
}

async function readConfig(path: string): Promise<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`--config: expected a JSON file, got ${path} (${code ?? "not JSON"})`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new ConfigError(`--config: expected a JSON object, got ${path}`);
  return value;
}

/** What the run computes on. Threads share it by themselves where that pays; the bits are the same. */
function runtimeOf(options: Options, config: RunConfig): TrainerOptions & { threads: number } {
  const { seconds } = estimateCost(config);
  const sensible = options.backend !== "reference" && worthSharing(seconds, config.steps) ? cores() : 1;
  const threads =
    options.threads === undefined
      ? sensible
      : parseWholeNumber("--threads", options.threads, 1, MOST_THREADS);
  return { backend: options.backend as TrainerOptions["backend"], threads, vectorBits: vectorBits() };
}

async function openTrainer(options: Options): Promise<{ trainer: Trainer; threads: number }> {
  if (options.resume === undefined) {
    const config = parseConfig(await configOf(options));
    const runtime = runtimeOf(options, config);
    return { trainer: await createTrainer(config, runtime), threads: runtime.threads };
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(options.resume);
  } catch (error) {
    throw new ConfigError(
      `--resume: expected a snapshot, got ${options.resume} (${(error as NodeJS.ErrnoException).code})`,
    );
  }
  const steps = options.steps === undefined ? undefined : parseNumber("steps", options.steps as string);
  const runtime = runtimeOf(options, decodeSnapshot(bytes).config);
  return { trainer: await restoreTrainer(bytes, { ...runtime, steps }), threads: runtime.threads };
}

async function trainCommand(options: Options): Promise<void> {
  if (options.out !== undefined) checkRecordsPath(options.out);
  const from = performance.now();
  const { trainer, threads } = await openTrainer(options);
  const { config, bytes } = trainer;
  if (options.verbose)
    process.stderr.write(
      `run ${configHash(config)}: ${threads} ${threads === 1 ? "thread" : "threads"}, ${(bytes / 2 ** 20).toFixed(1)} MiB of memory, entropy ${trainer.entropy.toFixed(6)} nats\n`,
    );
  const signal = interruptSignal();
  const records: TrainingRecord[] = [];
  if (!options.json) process.stdout.write(`${header}\n`);
  try {
    for await (const record of trainer.run({ signal })) {
      records.push(record);
      process.stdout.write(`${options.json ? JSON.stringify(record) : line(record)}\n`);
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
  if (options.snapshot !== undefined) await atomicWrite(options.snapshot, await trainer.snapshot());
  if (options.out !== undefined) {
    const last = records.at(-1);
    await writeRecords(options.out, [
      {
        run: configHash(parseConfig(config)),
        config,
        records,
        finalEmbedding: null,
        finalUnembedding: null,
        divergedAt: last?.diverged ? last.step : null,
        bytes,
        seconds: (performance.now() - from) / 1000,
        stepSeconds: trainer.stepSeconds,
      },
    ]);
  }
  const step = trainer.stepCount;
  trainer.dispose();
  if (signal.aborted) throw new Interrupted(`interrupted at step ${step} of ${config.steps}`);
}

const columns: [string, number, (record: TrainingRecord) => string][] = [
  ["step", 8, ({ step }) => String(step)],
  ["train loss", 12, ({ trainLoss }) => decimal(trainLoss, 6)],
  ["loss", 12, ({ loss }) => decimal(loss, 6)],
  ["excess loss", 13, ({ excessLoss }) => decimal(excessLoss, 6)],
  ["n_eff", 9, ({ effectiveDimension }) => decimal(effectiveDimension, 2)],
  ["learning rate", 15, ({ learningRate }) => String(Number(learningRate.toPrecision(6)))],
];
const decimal = (x: number | null, digits: number): string => (x === null ? "-" : x.toFixed(digits));
const header = columns.map(([name, width]) => name.padStart(width)).join("");
const line = (record: TrainingRecord): string =>
  columns.map(([, width, text]) => text(record).padStart(width)).join("") +
  (record.diverged ? "   diverged: the loss of this step is not finite" : "");
