/** The optimizers there are: to add one, a file and a line here (and in assembly/optimizer.ts). */
import * as v from "valibot";
import { expected } from "../schema.js";
import { type Adam, type AdamInput, adam } from "./adam.js";
import type { Optimizer } from "./optimizer.js";
import { type Sgd, type SgdInput, sgd } from "./sgd.js";
import { type Sign, type SignInput, sign } from "./sign.js";

export type OptimizerConfig = Adam | Sgd | Sign;
export type OptimizerInput = AdamInput | SgdInput | SignInput;
type AnyOptimizer = Optimizer<OptimizerConfig>;

const optimizers = [adam, sgd, sign] as unknown as AnyOptimizer[];

/** The optimizer of a config. */
export const optimizerOf = ({ kind }: { kind: OptimizerConfig["kind"] }): AnyOptimizer =>
  optimizers.find((optimizer) => optimizer.kind === kind) as AnyOptimizer;

const kinds = optimizers.map(({ kind }) => JSON.stringify(kind)).join(" or ");

/** @internal */
export const optimizerSchema: v.GenericSchema<OptimizerInput, OptimizerConfig> = v.variant(
  "kind",
  // biome-ignore lint/suspicious/noExplicitAny: each schema is typed in its own file
  optimizers.map(({ schema }) => schema) as any,
  expected(`{ kind: ${kinds}, … }`),
) as never;
