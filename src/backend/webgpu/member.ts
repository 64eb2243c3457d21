/** A run of a group, as the group knows it. */
import type { RunConfig } from "../../config.js";
import type { TokenSource } from "../../data/source.js";
import { SCALARS } from "../../kernel/constants.js";
import { optimizerOf } from "../../optimizer/index.js";
import { advanceRunning, type Running, startRunning } from "../../optimizer/optimizer.js";
import { wordsOf } from "./fields.js";

export class Member {
  readonly index: number;
  readonly config: RunConfig;
  readonly source: TokenSource;
  /** Place of its token source among those that differ. */
  readonly sourceIndex: number;
  readonly factors: Running;
  /** Equal where the optimizer's numbers are. */
  readonly optimizerKey: string;
  running: Running;
  /** Updates done. */
  step = 0;
  alive = true;

  constructor(index: number, config: RunConfig, source: TokenSource, sourceIndex: number) {
    this.index = index;
    this.config = config;
    this.source = source;
    this.sourceIndex = sourceIndex;
    this.factors = optimizerOf(config.optimizer).factors(config.optimizer);
    this.running = startRunning(this.factors);
    this.optimizerKey = JSON.stringify(config.optimizer);
  }

  /** `count` updates further. */
  advance(count: number): void {
    for (let i = 0; i < count; i++) advanceRunning(this.running, this.factors);
    this.step += count;
  }

  /** Scalars of updates that come when `ahead` others are done. */
  scalarsAhead(ahead: number, learningRates: Float64Array): Float32Array {
    const { optimizer } = this.config;
    const { scalars } = optimizerOf(optimizer);
    const running = { ...this.running };
    for (let i = 0; i < ahead; i++) advanceRunning(running, this.factors);
    const values = new Float64Array(SCALARS * learningRates.length);
    learningRates.forEach((rate, i) => {
      advanceRunning(running, this.factors);
      scalars(optimizer, rate, running, values, SCALARS * i);
    });
    return Float32Array.from(values);
  }
}

/** What a submission tells the device of a member. */
export interface Turn {
  member: Member;
  /** Step of the run that it begins at, and steps to do. */
  firstStep: number;
  count: number;
  /** Which of the tables of scalars. */
  table: number;
  /** Of this submission: no other has it, or one between it and it plus its steps. */
  stamp: number;
}

/** The words of members, as the struct Member; those without a turn have nothing to do. */
export function memberWords(members: readonly Member[], turns: readonly Turn[]): Uint32Array {
  const size = wordsOf("Member");
  const words = new Uint32Array(size * members.length);
  for (const { index, config, sourceIndex } of members) {
    const at = size * index;
    words[at] = config.seed % 2 ** 32;
    words[at + 1] = Math.floor(config.seed / 2 ** 32);
    words[at + 5] = sourceIndex;
  }
  for (const { member, firstStep, count, table, stamp } of turns)
    words.set([firstStep, count, table, member.sourceIndex, stamp], size * member.index + 2);
  return words;
}
