/** Steps: what the device does in one, and how many of them go to it at once. */
import type { Batch } from "../../data/batch.js";
import { PURPOSE, streamKey } from "../../data/random.js";
import { COUPLED_ADAM, SCALARS } from "../../kernel/constants.js";
import type { Advanced } from "../backend.js";
import { columnsOf, gradientOf, logitsOf } from "./columns.js";
import type { DeviceBuffers } from "./device.js";
import { type Member, memberWords, type Turn } from "./member.js";
import type { Dispatch } from "./recorder.js";

/** What a member asks for: an update a rate, on drawn batches, or one on the caller's. */
export interface StepsAsk {
  member: Member;
  learningRates: Float64Array;
  batch?: Batch;
}

/** Milliseconds that one submission is to take: drivers end what holds a device for long, and pages want to draw. */
const SUBMISSION = 25;
/** Operations of a submission whose time is not known yet: those of a tenth of a second on a small device. */
const SUBMISSION_COST = 1e11;
/** Submissions that the device has at a time. */
const IN_FLIGHT = 3;
/** Milliseconds of a call. */
const CALL = 100;
/** Steps of a call of one member, and of all of them, at most: their rates are held on the host. */
const MOST_AT_ONCE = 4096;
const MOST_OF_ALL = 2 ** 22;
/** Words of Control, and where they are. */
const CONTROL_WORDS = 4;
const STOPPED = 0;
const DONE = 1;
const LOSS = 2;

export class Steps {
  readonly #buffers: DeviceBuffers;
  readonly #members: readonly Member[];
  /** Of every step of a submission its dispatches, a block of inputs at a time. */
  readonly #recorded: Dispatch[][][] = [];
  #recordedAt = 0;
  #perSubmission = 1;
  /** Milliseconds of a step of all members, as far as is known. */
  #stepTime = 1;
  #stamp = 1;
  #asked = 0;

  constructor(buffers: DeviceBuffers, members: readonly Member[]) {
    this.#buffers = buffers;
    this.#members = members;
  }

  /** Steps that take about a tenth of a second. */
  get atOnce(): number {
    return Math.max(
      1,
      Math.min(
        MOST_AT_ONCE,
        Math.floor(MOST_OF_ALL / this.#members.length),
        Math.floor(CALL / this.#stepTime),
      ),
    );
  }

  /** Does what all of them ask; a member whose loss is not finite stops before that update, alone. */
  async advance(asks: readonly StepsAsk[]): Promise<Advanced[]> {
    const { plan } = this.#buffers;
    const most = Math.max(...asks.map(({ learningRates }) => learningRates.length));
    // of others nobody reads them
    this.#buffers.write("run", "control", new Uint32Array(CONTROL_WORDS * this.#members.length));
    const inFlight: { count: number; control: Promise<Float32Array[]> }[] = [];
    // what fewer took says nothing of more
    if (asks.length > this.#asked) this.#perSubmission = 1;
    this.#asked = asks.length;
    const isResident = plan.resident !== undefined && asks.every(({ batch }) => !batch);
    const atMost = isResident ? plan.residentSteps : plan.steps;
    let at = 0;
    const began = performance.now();
    let landed = 0;
    let control: Float32Array = new Float32Array(0);
    const land = async () => {
      const next = inFlight.shift() as (typeof inFlight)[number];
      [control] = await next.control;
      landed += next.count;
      // of the whole call: one interval says little where the host was busy itself
      this.#learn((performance.now() - began) / landed, next.count);
    };
    try {
      while (at < most) {
        const count = Math.min(this.#perSubmission, atMost, most - at);
        inFlight.push({ count, control: this.#submit(asks, at, count, isResident) });
        at += count;
        if (inFlight.length >= IN_FLIGHT) {
          await land();
          const words = new Uint32Array(control.buffer, control.byteOffset, control.length);
          if (asks.every(({ member }) => words[CONTROL_WORDS * member.index + STOPPED] === 1)) break;
        }
      }
    } finally {
      // those behind a lost device fail with it
      for (const { control: later } of inFlight) later.catch(() => {});
    }
    while (inFlight.length > 0) await land();
    const words = new Uint32Array(control.buffer, control.byteOffset, control.length);
    return asks.map(({ member }) => {
      const at = CONTROL_WORDS * member.index;
      return { done: words[at + DONE], loss: control[at + LOSS] };
    });
  }

  #learn(time: number, count: number): void {
    this.#stepTime = Math.max(time, 1e-3);
    this.#perSubmission = Math.max(1, Math.min(2 * count, Math.floor(SUBMISSION / this.#stepTime)));
  }

  /** Steps `at` to `at + count` of what is asked, as one submission; resolves with the control words behind it. */
  #submit(
    asks: readonly StepsAsk[],
    at: number,
    count: number,
    isResident: boolean,
  ): Promise<Float32Array[]> {
    const { session, plan } = this.#buffers;
    const turns: Turn[] = [];
    const tables = new Tables();
    for (const { member, learningRates } of asks) {
      const rates = learningRates.subarray(at, at + count);
      if (rates.length === 0) continue;
      const table = tables.of(member, at, rates);
      turns.push({ member, firstStep: member.step + at, count: rates.length, table, stamp: this.#stamp });
    }
    this.#stamp += count;
    this.#buffers.write("run", "scalars", tables.all(isResident ? plan.residentSteps : plan.steps));
    this.#buffers.write("run", "members", memberWords(this.#members, turns));
    // one workgroup a member draws for itself; what others draw the large kernels take
    const { resident } = plan;
    if (resident && isResident)
      return this.#send(
        [this.#buffers.dispatch(resident.shader, "resident", 0, [this.#members.length, 1, 1], {})],
        count,
      );
    const { blocks } = this.#buffers;
    let dispatches = this.#firstOf(asks, turns, at, count);
    let cost = 0;
    const flush = () => {
      const encoder = session.device.createCommandEncoder();
      session.clock.encode(encoder, this.#buffers.encode, dispatches, 0);
      session.device.queue.submit([encoder.finish()]);
      dispatches = [];
      cost = 0;
    };
    const own = plan.blockCost * turns.length;
    for (let step = 0; step < count; step++) {
      if (!blocks.hasRoom(plan.told.step)) {
        flush();
        blocks.clear();
      }
      for (const block of this.#step(step)) {
        // a step may be more than one submission should hold
        if (cost > 0 && cost + own > SUBMISSION_COST) flush();
        dispatches.push(...block);
        cost += own;
      }
    }
    return this.#send(dispatches, count);
  }

  /** Submits what ends `count` steps; resolves with the control words behind it. */
  #send(dispatches: readonly Dispatch[], count: number): Promise<Float32Array[]> {
    const { session } = this.#buffers;
    const encoder = session.device.createCommandEncoder();
    session.clock.encode(encoder, this.#buffers.encode, dispatches, count);
    const { arrived } = this.#buffers.copyOut(encoder, [
      { buffer: "run", field: "control", words: CONTROL_WORDS * this.#members.length },
    ]);
    session.device.queue.submit([encoder.finish()]);
    return arrived();
  }

  /** What comes before the steps of a submission: their batches, drawn on the device where it can. */
  #firstOf(asks: readonly StepsAsk[], turns: readonly Turn[], at: number, count: number): Dispatch[] {
    const { plan } = this.#buffers;
    const { B } = plan.variants.steps;
    if (plan.variants.steps.EVERY_INPUT === 1) {
      const counts = new Uint32Array(plan.steps * this.#members.length);
      for (const { member, count: own } of turns)
        counts.fill(plan.constants.V, plan.steps * member.index, plan.steps * member.index + own);
      this.#buffers.write("batch", "distinctCount", counts);
      return [];
    }
    const dispatches: Dispatch[] = [];
    let drawn = false;
    for (const { member, batch, learningRates } of asks) {
      const own = Math.min(count, learningRates.length - at);
      if (batch) this.#writePairs(member, 0, batch);
      else if (member.source.pairs)
        for (let i = 0; i < own; i++) {
          const key = streamKey(member.config.seed, PURPOSE.batch, member.step + at + i);
          this.#writePairs(member, i, member.source.draw(key, B));
        }
      else drawn = true;
    }
    if (drawn)
      dispatches.push(
        this.#buffers.dispatch("draw", "steps", 0, [Math.ceil((B * count) / 64)], {
          pairs: B * count,
          purpose: PURPOSE.batch,
        }),
      );
    if (this.#groupsAhead) dispatches.push(this.#buffers.dispatch("group", "steps", 0, [count], {}));
    return dispatches;
  }

  #writePairs(member: Member, step: number, { inputs, targets }: Batch): void {
    const { plan } = this.#buffers;
    const at = (plan.steps * member.index + step) * plan.variants.steps.B;
    this.#buffers.write("batch", "inputs", inputs, at);
    this.#buffers.write("batch", "targets", targets, at);
  }

  /** Whether the batches of all steps are looked at together: short ones need no memory of where their inputs were. */
  get #groupsAhead(): boolean {
    return this.#buffers.plan.variants.steps.B <= 256;
  }

  #step(step: number): Dispatch[][] {
    const { cleared } = this.#buffers.blocks;
    if (this.#recordedAt !== cleared) this.#recorded.length = 0;
    this.#recordedAt = cleared;
    this.#recorded[step] ??= this.#recordStep(step);
    return this.#recorded[step];
  }

  #recordStep(step: number): Dispatch[][] {
    const buffers = this.#buffers;
    const { plan } = buffers;
    const { EVERY_INPUT } = plan.variants.steps;
    const pieces: Dispatch[][] = [];
    let dispatches: Dispatch[] = [];
    if (EVERY_INPUT === 0 && !this.#groupsAhead)
      dispatches.push(buffers.dispatch("group", "steps", 0, [1], { step }));
    const tied = !("unembedding" in plan.arrays);
    for (let block = 0; block < plan.blocks; block++) {
      const isLast = block === plan.blocks - 1 ? 1 : 0;
      const told = { first: plan.width * block, step, isStep: 1, isLast };
      if (EVERY_INPUT === 1) dispatches.push(...columnsOf(buffers, "steps", told));
      else
        dispatches.push(
          ...logitsOf(buffers, "steps", told),
          ...plan.shards.map((_, shard) => buffers.dispatch("softmax", "steps", shard, [plan.width], told)),
        );
      dispatches.push(...gradientOf(buffers, told, { intoGradient: plan.wholeGradient }));
      pieces.push(dispatches);
      dispatches = [];
    }
    const of = (matrix: string) => ({ weights: matrix, state: `${matrix}State`, state2: `${matrix}State2` });
    const matrices = tied
      ? [{ name: "embedding", isEmbedding: 1, isUnembedding: 1 }]
      : [
          { name: "embedding", isEmbedding: 1, isUnembedding: 0 },
          { name: "unembedding", isEmbedding: 0, isUnembedding: 1 },
        ];
    for (const { name, ...uses } of matrices) {
      const told = { step, isStep: 1, ...uses };
      if (plan.constants.OPTIMIZER === COUPLED_ADAM) {
        const groups = Math.ceil(plan.constants.D4 / 64);
        for (const [shard, { chunks }] of plan.shards.entries())
          dispatches.push(buffers.dispatch("squares", "steps", shard, [groups, chunks], told));
        dispatches.push(buffers.dispatch("secondMoment", "steps", 0, [groups], told, of(name)));
      }
      for (const [shard, { rows, tiles }] of plan.shards.entries())
        dispatches.push(
          plan.wholeGradient || uses.isUnembedding === 0
            ? buffers.dispatch("update", "steps", shard, spread(rows * plan.constants.D4), told, of(name))
            : buffers.dispatch("updateOutput", "steps", shard, [tiles, plan.dTiles], told, of(name)),
        );
    }
    if (plan.constants.NORM !== 0)
      dispatches.push(
        buffers.dispatch(
          "updateNorm",
          "steps",
          0,
          [Math.ceil((2 * plan.constants.D4) / 64)],
          { step },
          of("gainBias"),
        ),
      );
    // the update goes with the last block
    pieces[pieces.length - 1].push(...dispatches);
    return pieces;
  }
}

/** Workgroups of 64 for this many threads, in rows that no limit forbids. */
const spread = (threads: number): number[] => {
  const groups = Math.ceil(threads / 64);
  return groups <= 32768 ? [groups] : [32768, Math.ceil(groups / 32768)];
};

/** Tables of the scalars of a submission: members with equal ones share one. */
class Tables {
  readonly made: Float32Array[] = [];
  readonly #known = new Map<string, { rates: Float64Array; table: number }[]>();

  /** One after another, each in room for `steps` steps. */
  all(steps: number): Float32Array {
    const size = SCALARS * steps;
    const all = new Float32Array(size * this.made.length);
    for (const [table, scalars] of this.made.entries()) all.set(scalars, size * table);
    return all;
  }

  /** @param ahead steps of this call before these */
  of(member: Member, ahead: number, rates: Float64Array): number {
    const key = `${member.step} ${rates.length} ${rates[0]} ${member.optimizerKey}`;
    let known = this.#known.get(key);
    if (!known) {
      known = [];
      this.#known.set(key, known);
    }
    const same = known.find(({ rates: other }) => other.every((rate, i) => rate === rates[i]));
    if (same) return same.table;
    this.made.push(member.scalarsAhead(ahead, rates));
    known.push({ rates, table: this.made.length - 1 });
    return this.made.length - 1;
  }
}
