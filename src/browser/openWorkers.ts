/** Warm workers that share runs out among themselves. */
import { checkNames } from "../checks.js";
import { ConfigError, parseConfig, type RunConfig, type RunConfigInput, show } from "../index.js";
import { type RuntimeOptions, runtimeNames } from "../training/runtime.js";
import { Connection } from "./connection.js";
import type { AddOptions, LiveRun, Workers, WorkersOptions } from "./liveRun.js";
import { checkBoolean, checkNumber, checkStep } from "./options.js";
import { PageRun } from "./pageRun.js";

/** Workers that a page has unless it asks for more or fewer. */
const MOST_WORKERS = 4;

/**
 * Workers for live runs. The first starts at once, another one whenever a run would have to share while there are fewer than
 * `count`; a run goes to the worker that has the fewest of those that are not at their end. Within a worker runs take turns
 * of about 8 ms, and who is behind in time goes first. Each run has the bits of `train`.
 *
 * A worker that ends, of itself or not, fails its runs in `failure`, `opened`, their loops and calls; others go on, and a later
 * run gets a new worker. That is noticed at once where the script cannot be loaded, within a second where the page has Web
 * Locks (https, localhost), and elsewhere within some seconds for a worker that has nothing to do: one that is in a step
 * is waited for however long it is silent.
 * @throws ConfigError for a bad option
 */
export function openWorkers(options: WorkersOptions = {}): Workers {
  checkNames(options, ["count", "worker"]);
  const { count = defaultCount(), worker = ownWorker } = options;
  checkStep("count", count, 1);
  if (typeof worker !== "function")
    throw new ConfigError(`worker: expected a function that makes a Worker, got ${show(worker)}`);
  const connections: Connection[] = [];
  /** Of all runs on the GPU: a worker's share its device, and what was compiled for it. */
  let onGpu: Connection | undefined;
  let isClosed = false;

  function start(): Connection {
    const connection = new Connection(worker);
    connections.push(connection);
    return connection;
  }

  function leastLoaded(): Connection {
    for (const lost of connections.filter(({ isLost }) => isLost))
      connections.splice(connections.indexOf(lost), 1);
    const [least] = connections
      .map((connection) => ({ connection, load: connection.load }))
      .sort((a, b) => a.load[0] - b.load[0] || a.load[1] - b.load[1]);
    return least && (least.load[0] === 0 || connections.length >= count) ? least.connection : start();
  }

  function placeFor({ backend }: { backend: AddOptions["backend"] }): Connection {
    if (backend === undefined) return leastLoaded();
    if (!onGpu || onGpu.isLost) onGpu = leastLoaded();
    return onGpu;
  }

  /** What goes wrong fails the runs. */
  function open(inputs: readonly unknown[], given: AddOptions, isTogether: boolean): PageRun[] {
    const configs: RunConfig[] = [];
    let runs: PageRun[] = [];
    try {
      for (const [i, input] of inputs.entries())
        configs.push(isTogether ? member(i, input) : parseConfig(input as RunConfigInput));
      const added = completeAddOptions(given);
      if (isTogether && (added.backend === undefined || added.snapshot))
        throw new ConfigError('backend: expected "webgpu", and no snapshot, for runs that begin together');
      if (isClosed) throw new Error("the workers are closed");
      const connection = placeFor(added);
      runs = configs.map((config) => new PageRun(connection, config));
      connection.add(
        runs,
        runs.map(({ run }, i) => ({ ...added, run, config: configs[i] })),
      );
    } catch (error) {
      if (runs.length === 0) runs = inputs.map((_, i) => new PageRun(undefined, configs[i]));
      for (const run of runs) run.fail(error as Error);
    }
    return runs;
  }

  start();
  return {
    count,
    add: (input, options = {}) => open([input], options, false)[0],
    addTogether(inputs, options = {}): LiveRun[] {
      if (!Array.isArray(inputs) || inputs.length === 0)
        throw new ConfigError(`configs: expected a list of at least one, got ${show(inputs)}`);
      return open(inputs, options, true);
    },
    close() {
      isClosed = true;
      for (const connection of connections.splice(0)) connection.close();
    },
  };
}

function defaultCount(): number {
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  return Math.min(MOST_WORKERS, Math.max(1, cores - 1));
}

const ownWorker = (): Worker =>
  new Worker(new URL("./browserWorker.js", import.meta.url), { type: "module" });

const addNames = ["snapshot", "until", "paused", "pace", "backend", "allowFallbackAdapter"];

/** @throws ConfigError with one line that says which of the list it is */
function member(i: number, input: unknown): RunConfig {
  try {
    return parseConfig(input as RunConfigInput);
  } catch (error) {
    throw new ConfigError(`configs[${i}].${(error as Error).message}`.replace(".config:", ":"));
  }
}

/** @throws ConfigError with one line that names the option */
function completeAddOptions(given: AddOptions) {
  checkNames(given, addNames, runtimeNames);
  const { snapshot, until, paused = false, pace, backend, allowFallbackAdapter, ...runtime } = given;
  checkStep("until", until);
  checkBoolean("paused", paused);
  if (snapshot !== undefined && !ArrayBuffer.isView(snapshot))
    throw new ConfigError(`snapshot: expected a Uint8Array, got ${show(snapshot)}`);
  checkNumber("pace", "of steps a second above 0", pace);
  if (backend !== undefined && backend !== "webgpu")
    throw new ConfigError(`backend: expected "webgpu" or nothing, got ${show(backend)}`);
  checkBoolean("allowFallbackAdapter", allowFallbackAdapter);
  for (const [name, value] of Object.entries(runtime))
    if (typeof value === "function" || typeof value === "symbol")
      throw new ConfigError(`${name}: expected what can be handed to a worker, got ${show(value)}`);
  if (allowFallbackAdapter !== undefined && backend === undefined)
    throw new ConfigError("allowFallbackAdapter: expected nothing without a GPU (backend)");
  return { snapshot, until, paused, pace, backend, allowFallbackAdapter, runtime: runtime as RuntimeOptions };
}
