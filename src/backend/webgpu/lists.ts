/** What members' models say of lists of inputs and pairs: losses, predictions; and the norm of an exact gradient. */

import type { Batch } from "../../data/batch.js";
import { PURPOSE } from "../../data/random.js";
import type { Predictions } from "../backend.js";
import { columnsOf, gradientOf } from "./columns.js";
import type { DeviceBuffers, Part } from "./device.js";
import { type Member, memberWords } from "./member.js";
import type { Dispatch } from "./recorder.js";
import { matrixOf, matrixParts } from "./states.js";

/** Operations of one submission, for drivers that end what holds a device for long. */
const SUBMISSION_COST = 1e11;

export interface ListAsk {
  member: Member;
  inputs: Uint32Array;
  /** Only for predictions. */
  weights?: Float64Array;
}

export interface PairsAsk {
  member: Member;
  inputs: Uint32Array;
  starts: Uint32Array;
  targets: Uint32Array;
}

export class Lists {
  readonly #buffers: DeviceBuffers;
  readonly #members: readonly Member[];

  constructor(buffers: DeviceBuffers, members: readonly Member[]) {
    this.#buffers = buffers;
    this.#members = members;
  }

  async inputLosses(asks: readonly ListAsk[]): Promise<Float64Array[]> {
    const { slots } = this.#buffers.plan;
    const losses = asks.map(({ inputs }) => new Float64Array(inputs.length));
    for (let first = 0; first < longest(asks); first += slots) {
      const counts = this.#list(asks, first);
      const dispatches = this.#blocks(Math.max(...counts), (block) =>
        columnsOf(this.#buffers, "list", block),
      );
      const read = await this.#buffers.read(
        asks.map(({ member }, i) => this.#result("inputLosses", member, counts[i])),
        dispatches,
      );
      for (const [i, piece] of read.entries()) losses[i].set(piece, Math.min(first, losses[i].length));
    }
    return losses;
  }

  async predictions(asks: readonly ListAsk[]): Promise<Predictions[]> {
    const { slots, width, shards } = this.#buffers.plan;
    const { vocabSize: V } = this.#members[0].config;
    const found = asks.map(({ inputs }) => ({
      losses: new Float64Array(inputs.length),
      entropies: new Float64Array(inputs.length),
    }));
    for (const { member } of asks)
      this.#buffers.write("results", "meanPrediction", new Float32Array(V), V * member.index);
    for (let first = 0; first < longest(asks); first += slots) {
      const counts = this.#list(asks, first);
      for (const [i, { member, weights }] of asks.entries())
        this.#buffers.write(
          "results",
          "shares",
          Float32Array.from((weights as Float64Array).subarray(first, first + counts[i])),
          slots * member.index,
        );
      const dispatches = this.#blocks(Math.max(...counts), (block) => [
        ...columnsOf(this.#buffers, "list", block),
        ...shards.flatMap(({ rows }, shard) => [
          this.#buffers.dispatch("entropies", "list", shard, [width], block),
          this.#buffers.dispatch("predict", "list", shard, [Math.ceil(rows / 64)], block),
        ]),
      ]);
      const read = await this.#buffers.read(
        asks.flatMap(({ member }, i) => [
          this.#result("inputLosses", member, counts[i]),
          this.#result("entropies", member, counts[i]),
        ]),
        dispatches,
      );
      for (const [i, { losses, entropies }] of found.entries()) {
        losses.set(read[2 * i], Math.min(first, losses.length));
        entropies.set(read[2 * i + 1], Math.min(first, losses.length));
      }
    }
    const means = await this.#buffers.read(
      asks.map(({ member }) => ({
        buffer: "results",
        field: "meanPrediction",
        at: V * member.index,
        words: V,
      })),
    );
    return found.map((own, i) => ({ ...own, mean: Float64Array.from(means[i]) }));
  }

  async pairLosses(asks: readonly PairsAsk[]): Promise<Float64Array[]> {
    const { pairs, shards } = this.#buffers.plan;
    const walks = asks.map((ask) => new PairWalk(ask));
    while (walks.some(({ isDone }) => !isDone)) {
      const taken = walks.map((walk) => walk.take(this.#buffers.plan.slots, pairs));
      this.#list(
        asks.map(({ member }, i) => ({ member, inputs: taken[i].distinct })),
        0,
      );
      const pairCounts = new Uint32Array(this.#members.length);
      for (const [i, { member }] of asks.entries()) {
        pairCounts[member.index] = taken[i].slots.length;
        const words = new Uint32Array(2 * taken[i].slots.length);
        for (const [k, slot] of taken[i].slots.entries()) words.set([slot, taken[i].targets[k]], 2 * k);
        this.#buffers.write("list", "pairs", words, pairs * member.index);
      }
      this.#buffers.write("list", "pairCount", pairCounts);
      const mostPairs = Math.max(...pairCounts);
      const dispatches = this.#blocks(Math.max(...taken.map(({ distinct }) => distinct.length)), (block) => [
        ...columnsOf(this.#buffers, "list", { ...block, pairs: 1 }),
        ...shards.map((_, shard) =>
          this.#buffers.dispatch("pairLosses", "list", shard, [Math.ceil(mostPairs / 64)], block),
        ),
      ]);
      const read = await this.#buffers.read(
        asks.map(({ member }, i) => ({
          buffer: "results",
          field: "losses",
          at: pairs * member.index,
          words: taken[i].slots.length,
        })),
        dispatches,
      );
      for (const [i, walk] of walks.entries()) walk.put(read[i]);
    }
    return walks.map(({ losses }) => losses);
  }

  /** The first pairs of streams: as many as there is room for at a time. */
  async draw(asks: readonly { member: Member; purpose: number; count: number }[]): Promise<Batch[]> {
    const { pairs } = this.#buffers.plan;
    const batches = asks.map(({ count }) => ({
      inputs: new Uint32Array(count),
      targets: new Uint32Array(count),
    }));
    this.#buffers.write(
      "run",
      "members",
      memberWords(
        this.#members,
        asks.map(({ member }) => ({ member, firstStep: member.step, count: 1, table: 0, stamp: 0 })),
      ),
    );
    const most = Math.max(...asks.map(({ count }) => count));
    const [{ purpose = PURPOSE.batch }] = asks;
    for (let first = 0; first < most; first += pairs) {
      const counts = asks.map(({ count }) => Math.max(0, Math.min(pairs, count - first)));
      const here = Math.max(...counts);
      const read = await this.#buffers.read(
        asks.flatMap(({ member }, i) =>
          ["inputs", "targets"].map((field) => ({
            buffer: "list",
            field,
            at: pairs * member.index,
            words: counts[i],
          })),
        ),
        [this.#buffers.dispatch("draw", "list", 0, [Math.ceil(here / 64)], { first, pairs: here, purpose })],
      );
      for (const [i, batch] of batches.entries()) {
        if (counts[i] === 0) continue;
        batch.inputs.set(wordsOf(read[2 * i]), first);
        batch.targets.set(wordsOf(read[2 * i + 1]), first);
      }
    }
    return batches;
  }

  /** Norms of the gradients of the population loss, over all parameters; squares are added in f64. */
  async gradientNorms(asks: readonly { member: Member }[]): Promise<number[]> {
    const { plan } = this.#buffers;
    const { vocabSize: V, embeddingDim: D, tied, norm } = this.#members[0].config;
    const wide = 4 * plan.constants.D4;
    const counts = new Uint32Array(plan.steps * this.#members.length);
    for (const { member } of asks) counts[plan.steps * member.index] = V;
    this.#buffers.write("batch", "distinctCount", counts);
    this.#buffers.write("run", "members", memberWords(this.#members, []));
    const dispatches = this.#blocks(V, (block) => [
      ...columnsOf(this.#buffers, "steps", block),
      ...gradientOf(this.#buffers, block, { intoGradient: true }),
    ]);
    this.#buffers.submit(dispatches);
    const norms: number[] = [];
    for (const { member } of asks) {
      const gradient = matrixParts(this.#buffers, "gradient", member.index);
      const gain = norm === "none" ? 0 : V * 2 * wide;
      const parts: Part[] = [
        ...gradient,
        { buffer: "work", field: "dx", at: V * wide * member.index, words: V * wide },
        { buffer: "work", field: "gainBiasParts", at: gain * member.index, words: gain },
      ];
      const read = await this.#buffers.read(parts);
      const output = matrixOf(read.slice(0, gradient.length), D);
      const input = matrixOf([read[gradient.length]], D);
      let squares = 0;
      for (let i = 0; i < output.length; i++) {
        const both = output[i] + input[i];
        squares += tied ? both * both : output[i] * output[i] + input[i] * input[i];
      }
      const gainBias = read[gradient.length + 1];
      const trained = norm === "none" ? [] : norm === "layernorm" ? [0, 1] : [0];
      for (const half of trained)
        for (let d = 0; d < D; d++) {
          let g = 0;
          for (let slot = 0; slot < V; slot++) g += gainBias[(2 * slot + half) * wide + d];
          squares += g * g;
        }
      norms.push(Math.sqrt(squares));
    }
    return norms;
  }

  /** Puts inputs from `first` on into the members' lists; says how many of each. */
  #list(asks: readonly ListAsk[], first: number): number[] {
    const { slots } = this.#buffers.plan;
    const all = new Uint32Array(this.#members.length);
    const counts = asks.map(({ member, inputs }) => {
      const here = inputs.subarray(first, first + slots);
      this.#buffers.write("list", "distinct", here, slots * member.index);
      all[member.index] = here.length;
      return here.length;
    });
    this.#buffers.write("list", "distinctCount", all);
    this.#buffers.write("run", "members", memberWords(this.#members, []));
    return counts;
  }

  /** Dispatches of a list's last blocks; those before them are submitted already where they are much. */
  #blocks(count: number, encode: (block: { first: number }) => Dispatch[]): Dispatch[] {
    const { width, blockCost, told } = this.#buffers.plan;
    let dispatches: Dispatch[] = [];
    let cost = 0;
    for (let first = 0; first < count; first += width) {
      cost += blockCost * this.#members.length;
      const isFull = !this.#buffers.blocks.hasRoom(told.step);
      if (isFull || (dispatches.length > 0 && cost > SUBMISSION_COST)) {
        this.#buffers.submit(dispatches);
        if (isFull) this.#buffers.blocks.clear();
        dispatches = [];
        cost = 0;
      }
      dispatches.push(...encode({ first }));
    }
    return dispatches;
  }

  #result(name: "inputLosses" | "entropies", member: Member, words: number): Part {
    return { buffer: "results", field: name, at: this.#buffers.plan.slots * member.index, words };
  }
}

const longest = (asks: readonly ListAsk[]): number => Math.max(...asks.map(({ inputs }) => inputs.length));

const wordsOf = (floats: Float32Array): Uint32Array =>
  new Uint32Array(floats.buffer, floats.byteOffset, floats.length);

/** Walks through a list of pairs, as many at a time as there is room for: an input of more comes again. */
class PairWalk {
  readonly losses: Float64Array;
  readonly #ask: PairsAsk;
  #input = 0;
  #pair = 0;
  #from = 0;

  constructor(ask: PairsAsk) {
    this.#ask = ask;
    this.losses = new Float64Array(ask.targets.length);
  }

  get isDone(): boolean {
    return this.#pair >= this.losses.length;
  }

  take(
    mostInputs: number,
    mostPairs: number,
  ): { distinct: Uint32Array; slots: Uint32Array; targets: Uint32Array } {
    const { inputs, starts, targets } = this.#ask;
    const distinct: number[] = [];
    const slots: number[] = [];
    this.#from = this.#pair;
    while (!this.isDone && this.#pair - this.#from < mostPairs && distinct.length < mostInputs) {
      while (starts[this.#input + 1] <= this.#pair) this.#input++;
      const end = Math.min(starts[this.#input + 1], this.#from + mostPairs);
      distinct.push(inputs[this.#input]);
      for (; this.#pair < end; this.#pair++) slots.push(distinct.length - 1);
    }
    return {
      distinct: Uint32Array.from(distinct),
      slots: Uint32Array.from(slots),
      targets: targets.subarray(this.#from, this.#pair),
    };
  }

  put(losses: Float32Array): void {
    this.losses.set(losses, this.#from);
  }
}
