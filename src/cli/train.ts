import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import type { ComputedBy } from "../backend/backend.js";
import { ConfigError, configHash, type RunConfig } from "../config.js";
import { whyUnread } from "../disk/whyUnread.js";
import { checkWritable } from "../disk/writeWhole.js";
import { evaluationCount, isEvaluation } from "../evaluationSteps.js";
import { trainCommand as commandOf, quoted } from "../fields/trainCommand.js";
import { counted } from "../figures/labels.js";
import { bitsRevision } from "../kernel/bitsRevision.js";
import type { LabLink } from "../link/link.js";
import { weightsHash } from "../model/weightsHash.js";
import { checkRecordsPath, writeRecords } from "../report/index.js";
import { cores } from "../sweep/cores.js";
import { estimateCost, worthSharing } from "../sweep/cost.js";
import { processorOf } from "../sweep/processor.js";
import { createTrainer, restoreTrainer } from "../training/create.js";
import { MOST_THREADS, type TrainerOptions } from "../training/options.js";
import type { TrainingRecord } from "../training/record.js";
import { decodeSnapshot } from "../training/snapshot.js";
import type { Trainer } from "../training/trainer.js";
import {
  addBackendFlags,
  type BackendFlags,
  checkBackendFlags,
  checkRelaxed,
  deviceOf,
} from "./backendFlag.js";
import { addConfigFlags, namingFlags } from "./configFlags.js";
import { corpusFlag, readCorpus } from "./corpusFlag.js";
import { distributionFileHelp, readLine, withDistributionFile } from "./distributionFile.js";
import { Interrupted } from "./failure.js";
import { interruptSignal } from "./interrupt.js";
import { interventionHelp } from "./interventionText.js";
import { keeping } from "./keeping.js";
import { besideFocus, hasHash, isLink, linkedHash, readLink } from "./linkFlag.js";
import { parseWholeNumber } from "./numbers.js";
import { say } from "./output.js";
import { readBeside } from "./recordsBeside.js";
import { refusedUnless } from "./refused.js";
import { reopened } from "./reopened.js";
import { vectorBits } from "./revectorizer.js";
import { RunCheckpoint } from "./runCheckpoint.js";
import { scheduleHelp } from "./scheduleText.js";
import { shownEvery } from "./shownEvery.js";
import { checkRecordsFit, writeSnapshot } from "./snapshotFile.js";
import { changesOfResumed, configOf, type TrainFlags } from "./trainConfig.js";
import { trainProgress } from "./trainProgress.js";
import { checkWeightsPath, weightsFile, writeWeights } from "./weightsFile.js";
import { type Output, writeEach } from "./writeEach.js";

const BACKENDS = ["wasm", "reference", "webgpu"];

interface Options extends TrainFlags, BackendFlags {
  out?: string;
  snapshot?: string;
  weights?: string;
  resume?: string;
  corpus?: string;
  force?: boolean;
  json?: boolean;
  verbose?: boolean;
}

export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .summary("train one model, a line an evaluation")
    .description(
      "Trains one config, given by flags, by a JSON file or a link to the lab, or both (flags win).",
    )
    .option("--config <file>", "config as JSON, or a link to the lab, whose run in focus is trained")
    .option(...corpusFlag)
    .option(
      "--threads <n>",
      "threads that share the run (default: one a core where a step takes a millisecond)",
    )
    .option("--out <file>", "write the records of the whole run: .parquet, .csv, .json or .ndjson")
    .option("--snapshot <file>", "write a snapshot at the end, also after Ctrl-C")
    .option(
      "--weights <file.safetensors>",
      "write the weights at the end, also after Ctrl-C, as PyTorch names them",
    )
    .option("--resume <file>", "go on from a snapshot, with another --steps or --learning-rate from there on")
    .option("--force", "replace files that unigram-lab did not write")
    .option("--json", "a JSON line an evaluation")
    .option("--verbose", "say more")
    .addHelpText(
      "after",
      `\n${scheduleHelp}\n\n${interventionHelp}\n\n${distributionFileHelp}\n\nExamples:\n  unigram-lab train --vocab-size 1000 --out run.parquet\n  unigram-lab train --learning-rate warmup:200:0.01 --evaluate-at log\n  unigram-lab train --optimizer sgd --momentum 0.9 \\\n    --learning-rate cosine:0.1:0:3000\n  unigram-lab train --snapshot run.snapshot --weights run.safetensors\n  unigram-lab train --resume run.snapshot --steps 6000\n  unigram-lab train --resume run.snapshot --steps 6000 --learning-rate 1e-4\n\nA resumed run whose learning rate is another from there on is one run with both:\nthe command that is printed trains it from step 0, with the same bits, and its\nsnapshot has its config. Schedules count the steps of the run, not those since\nthe change.\n\nA link to the lab (https://...#v1.... or '#v1....') takes the place of the file:\nits run in focus is trained. Where it has the hash of that run's final weights,\nother bits at the end are an error, with exit code 1.\n\nA run of more than half a minute is kept every half minute, less often where\nthat would take a tenth of the time, in unigram-lab-train-RUN.snapshot, RUN\nbeing the name of its config, in the working directory. Many records are beside\nit in unigram-lab-train-RUN.records. Both are removed when that run, or a\nlonger one that went on from them, is at its end; one that went on with another\n--learning-rate leaves them.\n\nOf very many evaluations a terminal shows a part, where --out takes all.`,
    )
    .action((options: Options) => refusedUnless("--force", () => trainCommand(options)));
  addBackendFlags(command, BACKENDS);
  addConfigFlags(command, "Config:");
}

/** What the run computes on. Threads share it by themselves where that pays; the bits are the same. */
async function runtimeOf(options: Options, config: RunConfig): Promise<TrainerOptions & { threads: number }> {
  if (options.backend === "webgpu") checkRelaxed(config.arithmetic);
  const device = await deviceOf(options);
  if (device) return { backend: device, threads: 1 };
  const backend = options.backend === "reference" ? "reference" : "wasm";
  const { seconds } = estimateCost(config);
  const sensible = backend === "wasm" && worthSharing(seconds, config.steps) ? cores() : 1;
  const threads =
    options.threads === undefined
      ? sensible
      : parseWholeNumber("--threads", options.threads, 1, MOST_THREADS);
  return { backend, threads, vectorBits: vectorBits() };
}

interface Opened {
  trainer: Trainer;
  threads: number;
  /** All records so far; undefined when neither the snapshot nor a file beside it has them. */
  known: readonly TrainingRecord[] | undefined;
}

async function openTrainer(options: Options): Promise<Opened> {
  const probabilities = options.distributionFile?.probabilities;
  if (options.resume === undefined) {
    const corpus = await readCorpus(options.corpus);
    const implied = options.backend === "webgpu" ? { arithmetic: "relaxed" } : {};
    const config = await configOf(options, corpus, implied);
    const runtime = { ...(await runtimeOf(options, config)), corpus, probabilities };
    return { trainer: await createTrainer(config, runtime), threads: runtime.threads, known: [] };
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(options.resume);
  } catch (error) {
    throw new ConfigError(
      `--resume: expected a snapshot, got ${options.resume} (${whyUnread(error as Error)})`,
    );
  }
  const { bitsRevision: revision, config, state, recorded } = decodeSnapshot(bytes);
  const changes = await changesOfResumed(config, state.step, options);
  const corpus = await readCorpus(options.corpus);
  const runtime = { ...(await runtimeOf(options, config)), corpus, probabilities };
  const trainer = await restoreTrainer(bytes, { ...runtime, ...changes });
  if (revision !== bitsRevision)
    process.stderr.write(
      `${options.resume} is of bits revision ${revision}, this version computes ${bitsRevision}: from step ${state.step} on the bits are others than those of the version that wrote it\n`,
    );
  if (!isDeepStrictEqual(trainer.config.learningRate, config.learningRate))
    process.stderr.write(
      `from step ${state.step} on the learning rate is another; as a whole this is run ${configHash(trainer.config)}:\n${commandOf(trainer.config, { corpus: options.corpus, distribution: options.distributionFile?.path })}\n`,
    );
  const known = trainer.earlierRecords ?? (await readBeside(options.resume, config, recorded));
  return { trainer, threads: runtime.threads, known };
}

/** Every file that will be written is tried before anything is computed. */
async function checkOutputs({ out, snapshot, weights, force }: Options): Promise<void> {
  if (out !== undefined) checkRecordsPath(out, "--out");
  if (out !== undefined && snapshot !== undefined && resolve(out) === resolve(snapshot))
    throw new ConfigError(`--snapshot: expected another file than --out, got ${snapshot}`);
  if (out !== undefined) await checkWritable(out, { kind: "table", force });
  if (snapshot !== undefined) await checkWritable(snapshot, { kind: "snapshot", force });
  if (weights === undefined) return;
  for (const [flag, other] of Object.entries({ "--out": out, "--snapshot": snapshot }))
    if (other !== undefined && resolve(other) === resolve(weights))
      throw new ConfigError(`--weights: expected another file than ${flag}, got ${weights}`);
  await checkWeightsPath(weights, "--weights", force);
}

/**
 * The records of a resumed run so far; undefined when they are not known.
 * @throws ConfigError when the file to write may be the only one that has them
 */
async function earlierRecords(
  { trainer, known }: Opened,
  options: Options,
): Promise<TrainingRecord[] | undefined> {
  const { stepCount: step, config } = trainer;
  if (known !== undefined)
    // a run that is extended has no record where it ended before
    return known.filter((record) => record.diverged || isEvaluation(config, record.step));
  if (step === 0) return [];
  const { out, force } = options;
  if (out === undefined) return undefined;
  const found = await stat(out).catch(() => undefined);
  if (found?.isFile() && found.size > 0 && !force)
    throw new ConfigError(
      `--out: expected a new file, got ${out}, which may hold the records up to step ${step} that the snapshot does not have (--force replaces it)`,
    );
  process.stderr.write(`the snapshot has no records up to step ${step}: ${out} begins there\n`);
  return undefined;
}

/** The command that goes on from a snapshot. */
function resumeCommand(from: string, options: Options): string {
  const { threads, backend, corpus, out, snapshot, weights, allowFallbackAdapter, fallBack, force, json } =
    options;
  const distribution = options.distributionFile?.path;
  const flags = Object.entries({ threads, backend, corpus, distribution, out, snapshot, weights }).flatMap(
    ([flag, value]) => (value === undefined ? [] : [`--${flag}`, quoted(value)]),
  );
  const switches = Object.entries({
    "allow-fallback-adapter": allowFallbackAdapter,
    "fall-back": fallBack,
    force,
    json,
  }).flatMap(([flag, on]) => (on ? [`--${flag}`] : []));
  return ["unigram-lab train --resume", quoted(from), ...flags, ...switches].join(" ");
}

async function trainCommand(given: Options): Promise<void> {
  checkBackendFlags(given, BACKENDS);
  const options = await withDistributionFile(given);
  const { config, verbose = false } = options;
  const link = config !== undefined && isLink(config) ? await readLink(config) : undefined;
  await checkOutputs(options);
  const opened = await namingFlags(options, () => openTrainer(options), {
    ...(options.resume === undefined ? {} : { snapshot: "--resume" }),
    ...(options.backend === undefined ? {} : { backend: "--backend" }),
    corpus: "--corpus",
    probabilities: "--distribution",
  });
  const { trainer, threads } = opened;
  try {
    const earlier = await earlierRecords(opened, options);
    const { snapshot, force } = options;
    if (snapshot !== undefined) await checkRecordsFit(snapshot, trainer.config, { force });
    process.stderr.write(readLine(options.distributionFile));
    for (const line of link === undefined ? [] : besideFocus(link, verbose))
      process.stderr.write(`${line}\n`);
    if (verbose)
      process.stderr.write(
        `run ${configHash(trainer.config)}: ${counted(threads, "thread")}, ${(trainer.bytes / 2 ** 20).toFixed(1)} MiB of memory, entropy ${trainer.entropy.toFixed(6)} nats\n`,
      );
    await runToFiles(trainer, earlier, options);
    tellWeights(weightsHash(await trainer.weights()), trainer.config, options, link);
  } finally {
    trainer.dispose();
  }
}

/**
 * Says what the final weights hash to, and whether a link says so too.
 * @throws Error where it says something else
 */
function tellWeights(
  hash: string,
  config: RunConfig,
  { json, verbose, backend }: Options,
  link: LabLink | undefined,
): void {
  const shown = (hash: string) => (json || verbose ? hash : hash.slice(0, 12));
  process.stderr.write(`final weights ${shown(hash)} (sha256)\n`);
  if (link === undefined || !hasHash(link)) return;
  const wanted = linkedHash(link, config);
  if (wanted === undefined) process.stderr.write("not compared: the link has no hash of this run\n");
  else if (wanted === hash) process.stderr.write(`same bits ${shown(hash)} as the link says\n`);
  else {
    const why =
      backend === "reference"
        ? " (the reference backend has bits of its own)"
        : config.arithmetic === "relaxed"
          ? " (with relaxed arithmetic each machine may have its own)"
          : "";
    throw new Error(`other bits: the link says ${shown(wanted)}, this run has ${shown(hash)}${why}`);
  }
}

/** Runs that take longer, in seconds, are kept when they are interrupted. */
const LONG = 60;

async function runToFiles(
  trainer: Trainer,
  earlier: readonly TrainingRecord[] | undefined,
  options: Options,
): Promise<void> {
  const { config } = trainer;
  const { out, weights, snapshot, force } = options;
  /** After its device was lost it may be another. */
  const computedBy = () => computedByOf(trainer, options);
  const from = performance.now();
  const seconds = () => (performance.now() - from) / 1000;
  const signal = interruptSignal();
  const records: TrainingRecord[] = [...(earlier ?? [])];
  const progress = options.json ? undefined : trainProgress(trainer.stepCount, config.steps);
  const tell = (line: string) => {
    progress?.clear();
    process.stderr.write(`${line}\n`);
  };
  /** A snapshot holds all records or none. */
  const whole = () => (earlier === undefined ? undefined : records);
  const checkpoint = await RunCheckpoint.open(trainer, { resumed: options.resume });
  if (options.resume === undefined && checkpoint.step !== undefined)
    process.stderr.write(
      `${checkpoint.path} has this run up to step ${checkpoint.step}: ${resumeCommand(checkpoint.path, options)} goes on from there\n`,
    );

  const { keep, keepWhenDue } = keeping(checkpoint, {
    records: whole,
    tell,
    command: () => resumeCommand(checkpoint.path, options),
  });
  const onProgress = (step: number) => {
    progress?.update(step, trainer.trainLoss);
    return keepWhenDue();
  };

  let stop: unknown;
  try {
    const isAtEnd = trainer.stepCount > 0 && trainer.stepCount >= config.steps;
    if (isAtEnd) tell(`the run is at its end, step ${trainer.stepCount} of ${config.steps}; --steps goes on`);
    else if (!options.json) await say(`${header}\n`);
    // whoever reads stdout by a program gets all of it
    const isThinned = out !== undefined && !options.json && process.stdout.isTTY === true;
    const every = isThinned ? shownEvery(evaluationCount(config) - records.length) : 1;
    if (every > 1) tell(`every ${every}th evaluation is shown, ${out} takes all`);
    const onAfresh = () => {
      records.length = earlier?.length ?? 0;
    };
    for await (const record of reopened(trainer, { signal, onProgress, onAfresh, tell })) {
      records.push(record);
      const isEnd = record.diverged || record.step === config.steps;
      if (!isEnd && (records.length - 1) % every !== 0) continue;
      progress?.clear();
      await say(`${options.json ? JSON.stringify({ ...record, ...computedBy() }) : line(record)}\n`);
    }
  } catch (error) {
    stop = error;
  } finally {
    progress?.clear();
  }

  let saved = false;
  const outputs: Output[] = [
    [
      records.length > 0 ? out : undefined,
      (path) => writeRecords(path, [resultOf(trainer, records, computedBy(), seconds())], { force }),
    ],
    [
      weights,
      async (path) =>
        writeWeights(path, weightsFile(await trainer.weights(), config, trainer.stepCount), force),
    ],
    [
      snapshot,
      async (path) => {
        const said = await writeSnapshot(path, trainer, whole(), { force });
        saved = true;
        if (said !== undefined) tell(said);
      },
    ],
  ];
  const isStopped = stop instanceof Interrupted;
  const { written, failures } = await writeEach(stop === undefined || isStopped ? outputs : []);

  const ended = stop === undefined && failures.length === 0;
  if (ended || saved) await checkpoint.remove({ kept: snapshot, ended });
  else if (Math.max(estimateCost(config).seconds, seconds()) > LONG || checkpoint.step !== undefined)
    await keep();
  if (ended) {
    if (written.length > 0) process.stderr.write(`written: ${written.join(", ")}\n`);
    return;
  }
  const source = saved
    ? { path: snapshot as string, step: trainer.stepCount }
    : { path: checkpoint.path, step: checkpoint.step };
  const where = placeOf(trainer, written, source, options);
  if (stop instanceof Interrupted && failures.length === 0) throw stop.keeping(where);
  if (stop instanceof Interrupted) process.stderr.write(`${stop.keeping(where).message}\n`);
  else if (written.length > 0 || source.step !== undefined) process.stderr.write(`${where}\n`);
  const last = failures.pop();
  for (const { message } of failures) process.stderr.write(`error: ${message}\n`);
  throw last ?? stop;
}

/** Where a run stands that goes no further, what there is of it, and the command that goes on. */
function placeOf(
  { stepCount, config }: Trainer,
  written: readonly string[],
  source: { path: string; step: number | undefined },
  options: Options,
): string {
  const isHere = source.step === stepCount;
  const kept = isHere && !written.includes(source.path) ? [...written, source.path] : written;
  const there = isHere ? "" : `${source.path} has step ${source.step}: `;
  return [
    `step ${stepCount} of ${config.steps}`,
    ...(kept.length > 0 ? [`, kept in ${kept.join(" and ")}`] : []),
    ...(source.step === undefined
      ? []
      : [`; ${there}${resumeCommand(source.path, options)} goes on from there`]),
  ].join("");
}

/** Who computes a relaxed run: undefined for a strict one. */
const computedByOf = ({ config, computedBy }: Trainer, { backend }: Options): ComputedBy | undefined =>
  computedBy ?? processorOf(config, backend === "reference" ? backend : "wasm");

/** The run as a table takes it. */
function resultOf(
  trainer: Trainer,
  records: TrainingRecord[],
  computedBy: ComputedBy | undefined,
  seconds: number,
) {
  const { config, bytes, stepSeconds } = trainer;
  const last = records.at(-1);
  return {
    run: configHash(config),
    bitsRevision,
    ...(computedBy ? { computedBy } : {}),
    config,
    records,
    finalEmbedding: null,
    finalUnembedding: null,
    divergedAt: last?.diverged ? last.step : null,
    bytes,
    seconds,
    stepSeconds,
  };
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
