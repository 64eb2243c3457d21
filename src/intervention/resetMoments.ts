/** The optimizer starts afresh: its arrays are 0 and Adam's bias correction begins anew. Weights, schedule and draws go on. */
import * as v from "valibot";
import { show } from "../configError.js";
import { optimizerOf } from "../optimizer/index.js";
import { startRunning } from "../optimizer/optimizer.js";
import { isFrozen } from "./gradient.js";
import type { InterventionKind } from "./intervention.js";
import { stepSchema } from "./step.js";

export interface ResetMoments {
  step: number;
  kind: "reset-moments";
}

export const resetMoments: InterventionKind<ResetMoments> = {
  kind: "reset-moments",
  form: '{ step, kind: "reset-moments" }',
  schema: () => v.strictObject({ step: stepSchema(), kind: v.literal("reset-moments") }),
  check(_, { optimizer }, earlier, refuse) {
    if (Object.keys(optimizerOf(optimizer).state(optimizer)).length === 0)
      throw refuse("", `expected an optimizer that has moments to reset, got ${show(optimizer)}`);
    if (isFrozen(earlier)) throw refuse("", "expected a second moment that is not frozen, got one that is");
  },
  change(_, { arrays, scalars }, { optimizer }) {
    for (const array of Object.values(arrays).flatMap((of) => Object.values(of) as Float32Array[]))
      array.fill(0);
    Object.assign(scalars, startRunning(optimizerOf(optimizer).factors(optimizer)));
  },
};
