import type { RunConfig } from "../config.js";
import { dependOnInputs } from "../data/targets.js";
import { INDEPENDENT, TABLES, TOPICS } from "../kernel/constants.js";

/**
 * The number by which kernels and shaders know how targets come from inputs. A corpus is drawn outside of them, and its
 * exact gradient takes a table of what follows what.
 */
export function targetKindOf({ distribution, targets, gradient }: RunConfig): number {
  if (distribution.kind === "corpus") return gradient === "exact" ? TABLES : INDEPENDENT;
  if (!dependOnInputs(targets)) return INDEPENDENT;
  return targets?.kind === "topics" ? TOPICS : TABLES;
}
