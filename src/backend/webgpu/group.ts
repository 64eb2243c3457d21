/**
 * Runs of one shape on a device, and for each of them a backend. What backends are asked at one time the device does in one go;
 * the bits of a run do not depend on the others, only on how many they are.
 */
import { ConfigError, type RunConfig } from "../../config.js";
import type { Batch } from "../../data/batch.js";
import { streamKey } from "../../data/random.js";
import type { TokenSource } from "../../data/source.js";
import type { Advanced, Backend, Eigenvalues, OptimizerState, Predictions } from "../backend.js";
import { DeviceBuffers } from "./device.js";
import { type ListAsk, Lists, type PairsAsk } from "./lists.js";
import { Member } from "./member.js";
import { type Plan, planRuns } from "./plan.js";
import type { Session } from "./session.js";
import { eigenvaluesOf } from "./spectra.js";
import { firstState, readState, writeState } from "./states.js";
import { Steps, type StepsAsk } from "./steps.js";
import { writeTables } from "./tables.js";
import { Turns } from "./turns.js";

/** What a member asks, by kind. */
type Ask =
  | ({ kind: "steps" | "stepOn" } & Omit<StepsAsk, "member">)
  | ({ kind: "inputLosses" | "predictions" } & Omit<ListAsk, "member">)
  | ({ kind: "pairLosses" } & Omit<PairsAsk, "member">)
  | { kind: "draw"; purpose: number; count: number }
  | { kind: "gradientNorm" | "eigenvalues" | "state" }
  | { kind: "setState"; state: OptimizerState };

/** Sets of words of what is asked that is no step and no list. */
const ROOM = 256;
/** Workgroups in a row, of which each member takes one. */
const MOST_MEMBERS = 65535;

/**
 * Backends of runs of one shape.
 * @throws ConfigError for runs that the device cannot hold
 */
export async function createGroup(
  configs: readonly RunConfig[],
  sources: readonly TokenSource[],
  session: Session,
): Promise<Backend[]> {
  // members that draw alike share their tables
  const numbers = new Map<string, number>();
  const members = configs.map((config, i) => {
    const key = JSON.stringify([config.distribution, config.targets]);
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return new Member(i, config, sources[i], numbers.get(key) as number);
  });
  const plan = planRuns(configs[0], configs.length, numbers.size, session.limits, session.tiles);
  if (configs.length > MOST_MEMBERS)
    throw new ConfigError(`configs: expected at most ${MOST_MEMBERS} of one shape, got ${configs.length}`);
  session.check(plan);
  const buffers = new DeviceBuffers(session, plan);
  try {
    await session.alone(() =>
      buffers.make(() => {
        for (const number of numbers.values()) {
          const { config, source } = members.find(({ sourceIndex }) => sourceIndex === number) as Member;
          writeTables(config, source, number, (field, data, at) => buffers.write("tables", field, data, at));
        }
        for (const member of members) writeState(buffers, member, firstState(member));
      }),
    );
  } catch (error) {
    buffers.destroy();
    throw session.failure ?? error;
  }
  const group = new Group(session, buffers, members);
  return members.map((member) => new MemberBackend(group, member));
}

class Group {
  readonly plan: Plan;
  readonly steps: Steps;
  readonly #session: Session;
  readonly #buffers: DeviceBuffers;
  #alive: number;
  readonly #lists: Lists;
  readonly #turns: Turns<Ask, unknown>;

  constructor(session: Session, buffers: DeviceBuffers, members: readonly Member[]) {
    this.plan = buffers.plan;
    this.#session = session;
    this.#buffers = buffers;
    this.#alive = members.length;
    this.steps = new Steps(buffers, members);
    this.#lists = new Lists(buffers, members);
    this.#turns = new Turns(
      (asked) => {
        const asks = asked.map(({ member, ask }) => ({ ...ask, member: members[member] }));
        return this.#session.alone(() => this.#answer(asks[0].kind, asks as never));
      },
      () => this.#alive,
    );
  }

  ask<T>(member: Member, ask: Ask): Promise<T> {
    return this.#turns.ask(member.index, ask) as Promise<T>;
  }

  leave(member: Member): void {
    member.alive = false;
    this.#alive--;
    if (this.#alive === 0) this.#buffers.destroy();
    else this.#turns.look();
  }

  async #answer(kind: Ask["kind"], asks: never): Promise<unknown[]> {
    const { blocks } = this.#buffers;
    // nothing that was recorded waits to be submitted now
    if (!blocks.hasRoom(ROOM)) blocks.clear();
    const answers = await this.#guarded(async () => this.#compute(kind, asks));
    // a run is further only where nothing went wrong
    if (kind === "steps" || kind === "stepOn")
      for (const [i, { member }] of (asks as StepsAsk[]).entries())
        member.advance((answers[i] as Advanced).done);
    return answers;
  }

  #compute(kind: Ask["kind"], asks: never): Promise<unknown[]> | unknown[] {
    const all = asks as { member: Member }[];
    switch (kind) {
      case "steps":
      case "stepOn":
        return this.steps.advance(asks);
      case "inputLosses":
        return this.#lists.inputLosses(asks);
      case "predictions":
        return this.#lists.predictions(asks);
      case "pairLosses":
        return this.#lists.pairLosses(asks);
      case "draw":
        return this.#lists.draw(asks);
      case "gradientNorm":
        return this.#lists.gradientNorms(all);
      case "eigenvalues":
        return eigenvaluesOf(this.#buffers, all);
      case "state":
        return Promise.all(all.map(({ member }) => readState(this.#buffers, member)));
      case "setState":
        for (const { member, state } of asks as { member: Member; state: OptimizerState }[]) {
          writeState(this.#buffers, member, state);
          member.step = state.step;
          member.running = { ...state.scalars };
        }
        return [];
    }
  }

  /** Work on the device: what goes wrong there, and the loss of it, come out as an error. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    const { device } = this.#session;
    if (this.#session.failure) throw this.#session.failure;
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    const result = work();
    const failure = await result.then(
      () => undefined,
      (error) => error,
    );
    const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const [error] = (await this.#session.orLost(scopes).catch(() => [])).filter((found) => found !== null);
    if (this.#session.failure) throw this.#session.failure;
    if (error)
      throw new ConfigError(
        `backend: expected shaders and buffers that this device takes, got ${error.message.trim().split("\n")[0]} (a run of ${this.plan.bytes} bytes)`,
      );
    if (failure) throw failure;
    return result;
  }
}

class MemberBackend implements Backend {
  readonly bytes: number;
  readonly #group: Group;
  readonly #member: Member;

  constructor(group: Group, member: Member) {
    this.#group = group;
    this.#member = member;
    this.bytes = Math.ceil(group.plan.bytes / group.plan.members);
  }

  get stepsAtOnce(): number {
    return this.#group.steps.atOnce;
  }

  advance(learningRates: Float64Array): Promise<Advanced> {
    return this.#group.ask(this.#member, { kind: "steps", learningRates });
  }

  stepOn(batch: Batch, learningRate: number): Promise<Advanced> {
    return this.#group.ask(this.#member, {
      kind: "stepOn",
      learningRates: Float64Array.of(learningRate),
      batch,
    });
  }

  draw(purpose: number, count: number): Batch | Promise<Batch> {
    const { config, source, step } = this.#member;
    // of a corpus the device has no tokens
    if (source.pairs) return source.draw(streamKey(config.seed, purpose, step), count);
    return this.#group.ask(this.#member, { kind: "draw", purpose, count });
  }

  inputLosses(inputs: Uint32Array): Promise<Float64Array> {
    return this.#group.ask(this.#member, { kind: "inputLosses", inputs });
  }

  pairLosses(inputs: Uint32Array, starts: Uint32Array, targets: Uint32Array): Promise<Float64Array> {
    return this.#group.ask(this.#member, { kind: "pairLosses", inputs, starts, targets });
  }

  predictions(inputs: Uint32Array, weights: Float64Array): Promise<Predictions> {
    return this.#group.ask(this.#member, { kind: "predictions", inputs, weights });
  }

  gradientNorm(): Promise<number> {
    return this.#group.ask(this.#member, { kind: "gradientNorm" });
  }

  eigenvalues(): Promise<Eigenvalues> {
    return this.#group.ask(this.#member, { kind: "eigenvalues" });
  }

  state(): Promise<OptimizerState> {
    return this.#group.ask(this.#member, { kind: "state" });
  }

  setState(state: OptimizerState): Promise<void> {
    return this.#group.ask(this.#member, { kind: "setState", state });
  }

  async setThreads(): Promise<void> {}

  dispose(): void {
    if (this.#member.alive) this.#group.leave(this.#member);
  }
}
