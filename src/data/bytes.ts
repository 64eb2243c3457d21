import type { Targets } from "./targets.js";

/**
 * Bytes that a backend holds for targets of this kind beyond the alias table of p: an alias table for every topic (V entries
 * in all), or one for every input with P as f32 (V² entries).
 */
export function targetBytes({ kind }: Targets, vocabSize: number): number {
  if (kind === "topics") return 8 * vocabSize;
  return kind === "low-rank" ? 12 * vocabSize ** 2 : 0;
}
