/**
 * Runs on a device, many of one shape together: as many as it holds, each in the journal as it ends. Where half of the
 * device has fallen idle the next ones join.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type ComputedBy, DeviceLost } from "../backend/backend.js";
import { restoreEnsemble } from "../training/ensemble.js";
import { type RuntimeOptions, runtimeFor } from "../training/runtime.js";
import type { DeviceKind } from "../training/together.js";
import type { Trainer } from "../training/trainer.js";
import { isSameComputer } from "./computedBy.js";
import type { Computing, InHand, Ledger, Waiting } from "./ledger.js";
import type { PoolOptions } from "./poolOptions.js";
import { Rounds } from "./rounds.js";
import { type Checkpoint, computeRun, findPlace, type RunTask, Stopped, warnIn } from "./run.js";
import { type Shape, Shapes } from "./shapes.js";
import type { Outcome } from "./task.js";
import { type Trouble, troubleOf } from "./trouble.js";

/** How often in a row the device may be lost with no run any further. */
const LOSSES = 3;
/** Milliseconds after which a device that is not there is looked for again. */
const PAUSE = 1000;

const MOVED = "backend: the device was lost while runs were made on it";

/** A run in hand, and what part of the device it takes. */
interface Member extends InHand {
  share: number;
}

/** By its name: the backend may come from another bundle. */
const isLoss = (error: unknown): error is Error => error instanceof Error && error.name === "DeviceLost";

export function devicePool(
  ledger: Ledger,
  kind: DeviceKind,
  runtime: RuntimeOptions,
  { checkpointEvery = 30_000, onEvent }: PoolOptions,
): Computing {
  const { device } = kind;
  const { waiting } = ledger;
  const shapes = new Shapes(kind, runtime.memoryLimit);
  const members = new Set<Member>();
  const groups = new Set<Promise<void>>();
  /** Runs that are taken one at a time: a group with them could not be made, or one of them threw. */
  const alone = new Set<Waiting>();
  /** Runs that the device had no memory for beside others. */
  const sole = new Set<Waiting>();
  const startedFrom = new Map<Waiting, number>();
  let lost: { waiting: Waiting; error: Error }[] = [];
  let losses = 0;
  let opening = false;
  let ending = false;

  const fill = () => {
    // what was lost goes on once all of it has come back
    if (opening || ledger.stopping || ledger.full || waiting.length === 0 || lost.length > 0) return;
    opening = true;
    open()
      .catch((error: unknown) => {
        ledger.break(error);
        return false;
      })
      .then((opened) => {
        opening = false;
        if (opened) fill();
        ledger.wake();
      });
  };

  /** Starts a group with the longest run that waits. Whether there is one. */
  const open = async (): Promise<boolean> => {
    const first = waiting[waiting.length - 1];
    const computedBy = await find();
    const shape = await shapes.of(first.run, ledger.configOf(first));
    const free = 1 - [...members].reduce((sum, { share }) => sum + share, 0);
    if (ledger.stopping || (members.size > 0 && (free < 0.5 || sole.has(first)))) return false;
    const count = alone.has(first) || sole.has(first) ? 1 : Math.floor(free * shape.most + 1e-6);
    if (count < 1 && members.size > 0) return false;
    const chosen = take(shape, Math.max(1, count)).map((own): Member => {
      const config = ledger.configOf(own);
      onEvent?.({ event: "started", run: own.run, config });
      return { waiting: own, config, step: 0, resumedFrom: 0, share: 1 / shape.most };
    });
    for (const member of chosen) members.add(member);
    const group = compute(chosen, shape, computedBy)
      .then(() => {
        if (lost.length > 0 && members.size === 0) goOn();
      })
      .catch((error: unknown) => ledger.break(error));
    groups.add(group);
    void group.then(() => {
      groups.delete(group);
      fill();
      ledger.wake();
    });
    return true;
  };

  /** The device; where one was lost, the next may take a while. */
  const find = async (): Promise<ComputedBy> => {
    for (;;)
      try {
        return await device.computedBy();
      } catch (error) {
        if (losses === 0 || ++losses > LOSSES || ending) throw error;
        await sleep(PAUSE);
      }
  };

  /** The longest runs of a shape; one that is taken by itself only first. */
  const take = ({ key }: Shape, count: number): Waiting[] => {
    const taken = new Set<Waiting>();
    for (let i = waiting.length - 1; i >= 0 && taken.size < count; i--) {
      const own = waiting[i];
      if (taken.size > 0 && (alone.has(own) || sole.has(own))) continue;
      if (shapes.keyOf(own.run, ledger.configOf(own)) === key) taken.add(own);
    }
    ledger.take(taken);
    return [...taken];
  };

  const compute = async (group: Member[], shape: Shape, computedBy: ComputedBy): Promise<void> => {
    const tasks = group.map(({ waiting: { run }, config }) => ({
      run,
      config,
      ...ledger.placesOf(run),
      computedBy,
    }));
    const outcomes = group.map(
      (): Outcome => ({ result: null, trouble: null, resumedFrom: 0, checkpointed: false, warnings: [] }),
    );
    /** Halves a group once, whoever of it first finds no memory. */
    let halved = false;
    const halve = ({ run }: Waiting, error: string) => {
      if (halved) return;
      halved = true;
      onEvent?.({ event: "slowed", run, atOnce: shapes.limit(shape, Math.floor(group.length / 2)), error });
    };
    const settle = (member: Member, outcome: Outcome, error: unknown) => {
      members.delete(member);
      const own = member.waiting;
      return ledger.settle(async () => {
        ledger.warn(own, outcome);
        if (error === undefined || error instanceof Stopped) {
          if (outcome.result) losses = 0;
          await ledger.keep(own, outcome);
          if (outcome.result) ledger.report(inHand());
        } else if (ledger.stopping) return;
        else if (isLoss(error)) lost.push({ waiting: own, error });
        else await retreat(own, group.length, troubleOf(error), halve);
      }, fill);
    };

    let found: (Checkpoint | undefined)[];
    let trainers: readonly Trainer[];
    let dispose = () => {};
    try {
      found = await Promise.all(tasks.map((task, i) => findPlace(task, warnIn(outcomes[i]))));
      const starts = group.map(({ config }, i) => found[i]?.snapshot ?? config);
      const handedIn = Object.assign({}, ...group.map(({ config }) => runtimeFor(config, runtime)));
      const ensemble = await restoreEnsemble(starts, { ...handedIn, backend: kind });
      trainers = ensemble.members;
      dispose = () => ensemble.dispose();
    } catch (error) {
      const isRun = !isLoss(error) && troubleOf(error).cause === "run";
      if (!isRun || group.length === 1) {
        await Promise.all(group.map((member, i) => settle(member, outcomes[i], error)));
        return;
      }
      // one of them cannot be made, and each by itself will tell which
      for (const member of group) {
        members.delete(member);
        alone.add(member.waiting);
        waiting.push(member.waiting);
      }
      return;
    }
    const rounds = new Rounds(checkpointEvery);
    try {
      await Promise.all(
        group.map(async (member, i) => {
          const error = await advance(trainers[i], found[i], tasks[i], member, outcomes[i], rounds);
          trainers[i].dispose();
          await settle(member, outcomes[i], error);
        }),
      );
    } finally {
      dispose();
    }
  };

  /** Computes a run to its end; what it threw. */
  const advance = async (
    trainer: Trainer,
    found: Checkpoint | undefined,
    task: RunTask,
    member: Member,
    outcome: Outcome,
    rounds: Rounds,
  ): Promise<unknown> => {
    member.step = trainer.stepCount;
    member.resumedFrom = trainer.stepCount;
    if (trainer.stepCount > (startedFrom.get(member.waiting) ?? trainer.stepCount)) losses = 0;
    startedFrom.set(member.waiting, trainer.stepCount);
    const onStep = (step: number) => {
      member.step = step;
    };
    try {
      // the device that was asked before was lost in between
      if (!isSameComputer(trainer.computedBy, task.computedBy)) throw new DeviceLost(MOVED);
      const control = { rounds, stopped: () => ending, onStep };
      await computeRun(trainer, found?.header, task, control, outcome);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  /** The device is gone, and all that it computed has come back: on with the next one, unless this leads nowhere. */
  const goOn = () => {
    const [{ error }] = lost;
    if (++losses > LOSSES)
      throw new Error(
        `the device was lost ${losses} times in a row (${error.message.split("\n")[0]}); what is finished is kept, the same command goes on`,
      );
    const runs = lost.map(({ waiting: { run } }) => run);
    for (const { waiting: own } of lost) waiting.push(own);
    lost = [];
    onEvent?.({ event: "lost", run: runs[0], runs, error: error.message.split("\n")[0] });
  };

  /** A run that could not be computed with so many at once. */
  const retreat = async (
    own: Waiting,
    together: number,
    trouble: Trouble,
    halve: (own: Waiting, error: string) => void,
  ): Promise<void> => {
    const { cause, message } = trouble;
    if (cause === "memory") {
      if (together > 1) halve(own, message);
      else if (sole.has(own)) {
        const bytes = kind.bytes(ledger.configOf(own), { maxThreads: 1 });
        ledger.skip(own, { bytes, error: message });
        return;
      } else sole.add(own);
      waiting.push(own);
    } else if (cause === "machine" && own.attempts > 0)
      throw new Error(
        `the machine cannot go on (${message}); what is finished is kept, the same command goes on once it can`,
      );
    else {
      // a bad one takes no other down again
      alone.add(own);
      await ledger.again(own, trouble);
    }
  };

  const inHand = () => [...members];

  return {
    fill,
    inHand,
    get idle() {
      return members.size === 0 && groups.size === 0 && !opening;
    },
    async end() {
      ending = true;
      while (opening || groups.size > 0 || ledger.writing) {
        await Promise.all(groups);
        await sleep(1);
      }
    },
  };
}
