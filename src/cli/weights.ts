import { readFile, stat } from "node:fs/promises";
import type { Command } from "commander";
import { ConfigError, configHash } from "../config.js";
import { whyUnread } from "../disk/whyUnread.js";
import { Journal } from "../sweep/journal.js";
import { keptSnapshot } from "../sweep/snapshotFiles.js";
import { decodeSnapshot, type Snapshot } from "../training/snapshot.js";
import { refusedUnless } from "./refused.js";
import { asked, nearest } from "./suggestion.js";
import { checkWeightsPath, weightsFile, writeWeights } from "./weightsFile.js";

interface Options {
  out?: string;
  force?: boolean;
}

export function addWeights(program: Command): void {
  program
    .command("weights")
    .summary("write a run's weights as safetensors, for PyTorch, JAX and NumPy")
    .description(
      "Writes the weights of a run of a sweep, from the snapshot that sweep --keep-snapshots kept, or those of a snapshot file. F32 tensors under the names of PyTorch's modules: embedding.weight [V, D] (nn.Embedding), unembedding.weight [V, D] (nn.Linear without bias), norm.weight and norm.bias [D]; a tied model has embedding.weight alone. The metadata has config, run, step and version.",
    )
    .argument("<from>", "directory of a sweep, or a snapshot")
    .argument("[run]", "name of the run, in a directory, or its beginning")
    .option("--out <file.safetensors>", "file to write (default: RUN.safetensors)")
    .option("--force", "replace a file that unigram-lab did not write")
    .addHelpText(
      "after",
      "\nExamples:\n  unigram-lab weights unigram-lab-sweep 1db2e6fb1ccaa08d --out model.safetensors\n  unigram-lab weights run.snapshot --out model.safetensors",
    )
    .action((from: string, run: string | undefined, options: Options) =>
      refusedUnless("--force", () => weightsCommand(from, run, options)),
    );
}

async function weightsCommand(from: string, run: string | undefined, options: Options): Promise<void> {
  const isFile = (await stat(from).catch(() => undefined))?.isFile() && !from.endsWith(".ndjson");
  if (isFile && run !== undefined) throw new ConfigError(`RUN: expected nothing with a snapshot, got ${run}`);
  const { config, state } = isFile ? await snapshotAt(from) : await snapshotOf(from, run);
  const out = options.out ?? `${configHash(config)}.safetensors`;
  await checkWeightsPath(out, "--out", options.force);
  await writeWeights(out, weightsFile(state.weights, config, state.step), options.force);
  process.stderr.write(`run ${configHash(config)} at step ${state.step} of ${config.steps} in ${out}\n`);
}

/** @throws ConfigError for a file that is no snapshot */
async function snapshotAt(path: string): Promise<Snapshot> {
  try {
    return decodeSnapshot(await readFile(path));
  } catch (error) {
    throw new ConfigError(
      `FROM: expected the directory of a sweep or a snapshot, got ${path} (${whyUnread(error as Error).replace(/^snapshot: /, "")})`,
    );
  }
}

/**
 * @param given the run's name, or how it alone begins
 * @throws ConfigError for a run that the directory does not have, or has no snapshot of
 */
async function snapshotOf(directory: string, given: string | undefined): Promise<Snapshot> {
  const journal = await Journal.read(directory);
  try {
    const found = given === undefined ? [] : journal.runs.filter((name) => name.startsWith(given));
    if (found.length > 1)
      throw new ConfigError(
        `RUN: expected the beginning of one name, got ${given}, which ${found.length} runs of ${directory} begin with`,
      );
    const [run] = found;
    if (run === undefined) throw new ConfigError(noRun(directory, given, journal.runs));
    const path = keptSnapshot(journal.directory, run);
    if (!(await stat(path).catch(() => undefined)))
      throw new ConfigError(
        `RUN: expected a run with a snapshot, got ${run}, which has none: sweep --keep-snapshots keeps them`,
      );
    const snapshot = await snapshotAt(path);
    if (configHash(snapshot.config) !== run)
      throw new ConfigError(`RUN: expected the snapshot of ${run} in ${path}, got another run's`);
    return snapshot;
  } finally {
    await journal.close();
  }
}

/** Says which run may be meant, or how their names are found. */
function noRun(directory: string, given: string | undefined, runs: readonly string[]): string {
  const expected = `RUN: expected one of the runs of ${directory}, got ${given ?? "none"}`;
  const meant = given === undefined ? "" : asked(nearest(given, runs));
  return expected + (meant || ` (unigram-lab export ${directory} --runs --out runs.csv lists them)`);
}
