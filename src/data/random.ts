/**
 * Random numbers as a function of (seed, purpose, step, index): SplitMix64 (Steele, Lea and Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014) read at a counter instead of walked. Nobody's order of asking matters,
 * so any thread may draw any index. All arithmetic is modulo 2^64.
 */
import {
  BATCH,
  EMBEDDING,
  LOW_RANK_FACTORS,
  SAMPLED_EVALUATION,
  STRATIFIED_EVALUATION,
  UNEMBEDDING,
} from "../kernel/constants.js";

const MASK = 0xffffffffffffffffn;
const GAMMA = 0x9e3779b97f4a7c15n;

/** What a stream is for: each purpose has its own numbers under one seed. */
export const PURPOSE = {
  batch: BATCH,
  embedding: EMBEDDING,
  unembedding: UNEMBEDDING,
  sampledEvaluation: SAMPLED_EVALUATION,
  stratifiedEvaluation: STRATIFIED_EVALUATION,
  lowRankFactors: LOW_RANK_FACTORS,
} as const;

/** SplitMix64's finaliser, a bijection of 64 bits (Stafford's variant 13). */
export function mix64(value: bigint): bigint {
  let z = value & MASK;
  z ^= z >> 30n;
  z = (z * 0xbf58476d1ce4e5b9n) & MASK;
  z ^= z >> 27n;
  z = (z * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/**
 * The key of one stream.
 * @param seed whole number of at least 0
 * @param purpose one of PURPOSE
 * @param step updates done before; 0 for what a run draws once
 */
export function streamKey(seed: number, purpose: number, step: number): bigint {
  let key = mix64(BigInt(seed) + GAMMA);
  key = mix64(key + GAMMA * BigInt(purpose + 1));
  return mix64(key + GAMMA * BigInt(step + 1));
}

/** 64 random bits: number `index` (from 0) of a stream. */
export const randomBits = (key: bigint, index: number): bigint => mix64(key + GAMMA * BigInt(index + 1));

/** Uniform in [0, 1), a multiple of 2^-53: the upper 53 of the 64 bits. */
export const uniform = (key: bigint, index: number): number =>
  Number(randomBits(key, index) >> 11n) * 2 ** -53;
