/** The state of members, in and out: rows of matrices are filled up to whole vectors of four, and cut into shards. */
import { initialWeights } from "../../model/initialWeights.js";
import { parametersOf, type Weights } from "../../model/parameters.js";
import { optimizerOf } from "../../optimizer/index.js";
import type { OptimizerState } from "../backend.js";
import type { DeviceBuffers, Part } from "./device.js";
import type { Member } from "./member.js";

/** The buffers of what belongs to a parameter: its values, and the optimizer's first and second array. */
const suffixes = ["", "State", "State2"] as const;

const filledUp = (D: number): number => 4 * Math.ceil(D / 4);

function padded(rows: Float32Array, D: number): Float32Array {
  const wide = filledUp(D);
  if (wide === D) return rows;
  const out = new Float32Array((rows.length / D) * wide);
  for (let r = 0; r < rows.length / D; r++) out.set(rows.subarray(D * r, D * (r + 1)), wide * r);
  return out;
}

function unpadded(rows: Float32Array, D: number): Float32Array {
  const wide = filledUp(D);
  if (wide === D) return rows.slice();
  const out = new Float32Array((rows.length / wide) * D);
  for (let r = 0; r < rows.length / wide; r++) out.set(rows.subarray(wide * r, wide * r + D), D * r);
  return out;
}

/** Weights, and the optimizer's arrays by the suffix of their buffers. */
function sets({ weights, arrays }: OptimizerState, names: readonly string[]): [string, Weights][] {
  return [["", weights], ...names.map((name, i): [string, Weights] => [suffixes[i + 1], arrays[name]])];
}

const stateNames = ({ config: { optimizer } }: Member): string[] =>
  Object.keys(optimizerOf(optimizer).state(optimizer));

export function writeState(buffers: DeviceBuffers, member: Member, state: OptimizerState): void {
  const { embeddingDim: D } = member.config;
  const { constants, shards } = buffers.plan;
  const wide = filledUp(D);
  for (const [suffix, set] of sets(state, stateNames(member))) {
    for (const name of ["embedding", "unembedding"] as const) {
      const values = set[name];
      if (!values) continue;
      if (values.length === D)
        buffers.write(name + suffix, undefined, padded(values, D), wide * member.index);
      else
        for (const [i, { firstRow, rows }] of shards.entries())
          buffers.write(
            name + suffix,
            undefined,
            padded(values.subarray(D * firstRow, D * (firstRow + rows)), D),
            wide * constants.ROWS * member.index,
            i,
          );
    }
    const norm = `gainBias${suffix}`;
    if (set.gain) buffers.write(norm, undefined, padded(set.gain, D), 2 * wide * member.index);
    if (set.bias) buffers.write(norm, undefined, padded(set.bias, D), wide * (2 * member.index + 1));
  }
  if (buffers.plan.variants.steps.EVERY_INPUT === 0) {
    const { vocabSize: V } = member.config;
    buffers.write("work", "tokenSlot", new Uint32Array(2 * V), V * member.index);
  }
}

/** The state before the first step. */
export function firstState(member: Member): OptimizerState {
  const { config } = member;
  const { optimizer } = config;
  const zeros = (shape: "parameter" | "row"): Weights =>
    Object.fromEntries(
      parametersOf(config).map(({ name, rows, columns }) => [
        name,
        new Float32Array((shape === "row" ? 1 : rows) * columns),
      ]),
    ) as unknown as Weights;
  return {
    step: 0,
    weights: initialWeights(config),
    arrays: Object.fromEntries(
      Object.entries(optimizerOf(optimizer).state(optimizer)).map(([name, shape]) => [name, zeros(shape)]),
    ),
    scalars: { ...member.running },
  };
}

/** The matrix of a member, from all its shards. */
export const matrixParts = ({ plan }: DeviceBuffers, buffer: string, member: number): Part[] =>
  plan.shards.map(({ rows }, shard) => ({
    buffer,
    shard,
    at: 4 * plan.constants.D4 * plan.constants.ROWS * member,
    words: 4 * plan.constants.D4 * rows,
  }));

/** @param read pieces that parts were read as, in their order */
export function matrixOf(read: readonly Float32Array[], D: number): Float32Array {
  if (read.length === 1) return unpadded(read[0], D);
  const whole = new Float32Array(read.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of read) {
    whole.set(piece, at);
    at += piece.length;
  }
  return unpadded(whole, D);
}

export async function readState(buffers: DeviceBuffers, member: Member): Promise<OptimizerState> {
  const { config, index } = member;
  const { embeddingDim: D, optimizer, tied, norm } = config;
  const wide = filledUp(D);
  const shapes = ["parameter", ...Object.values(optimizerOf(optimizer).state(optimizer))];
  const parts: Part[] = [];
  const taken: ((read: Float32Array[]) => void)[] = [];
  const results: Weights[] = shapes.map(() => ({}) as Weights);
  const take = (own: Part[], put: (values: Float32Array) => void) => {
    const from = parts.length;
    parts.push(...own);
    taken.push((read) => put(matrixOf(read.slice(from, from + own.length), D)));
  };
  for (const [i, shape] of shapes.entries()) {
    const suffix = suffixes[i];
    for (const name of tied ? (["embedding"] as const) : (["embedding", "unembedding"] as const))
      take(
        shape === "row"
          ? [{ buffer: name + suffix, at: wide * index, words: wide }]
          : matrixParts(buffers, name + suffix, index),
        (values) => {
          results[i][name] = values;
        },
      );
    const own = (["gain", "bias"] as const).slice(0, norm === "none" ? 0 : norm === "layernorm" ? 2 : 1);
    for (const [half, name] of own.entries())
      take([{ buffer: `gainBias${suffix}`, at: wide * (2 * index + half), words: wide }], (values) => {
        results[i][name] = values;
      });
  }
  const read = await buffers.read(parts);
  for (const put of taken) put(read);
  const [weights, ...arrays] = results;
  return {
    step: member.step,
    weights,
    arrays: Object.fromEntries(stateNames(member).map((name, i) => [name, arrays[i]])),
    scalars: { ...member.running },
  };
}
