/**
 * Which gradient later updates take, and whether Adam's second moment stays as it is. It changes no state, but the config by
 * which the updates behind it are computed.
 */
import * as v from "valibot";
import { oneOf, trueOrFalse } from "../schema.js";
import type { InterventionKind, Placed, Subject } from "./intervention.js";
import { stepSchema } from "./step.js";

export interface GradientChange {
  step: number;
  kind: "gradient";
  /** Of the population loss, or of a drawn batch. */
  gradient: "exact" | "sampled";
  /**
   * Whether Adam's second moment and its bias correction stay as they are, until another of these. A weight whose second
   * moment is 0 then moves by its first one over eps, far: a row of an untied embedding has that as long as its token was
   * never drawn. Default false.
   */
  freezeSecondMoment: boolean;
}

export interface GradientChangeInput extends Omit<GradientChange, "freezeSecondMoment"> {
  freezeSecondMoment?: boolean | undefined;
}

export const isChange = (intervention: Placed): intervention is GradientChange =>
  intervention.kind === "gradient";

/** The latest of a list, which is the one that holds. */
export const latestChange = (interventions: readonly Placed[]): GradientChange | undefined =>
  interventions.filter(isChange).at(-1);

/** Whether the second moment is frozen behind these. */
export const isFrozen = (interventions: readonly Placed[]): boolean =>
  latestChange(interventions)?.freezeSecondMoment ?? false;

export const gradientChange: InterventionKind<GradientChange> = {
  kind: "gradient",
  form: '{ step, kind: "gradient", gradient, freezeSecondMoment }',
  schema: () =>
    v.strictObject({
      step: stepSchema(),
      kind: v.literal("gradient"),
      gradient: oneOf(["exact", "sampled"]),
      freezeSecondMoment: v.optional(trueOrFalse(), false),
    }),
  check({ step, freezeSecondMoment }, { optimizer }, earlier, refuse) {
    if (!freezeSecondMoment) return;
    if (optimizer.kind !== "adam")
      throw refuse("freezeSecondMoment", `expected optimizer adam, got ${optimizer.kind}`);
    // a second moment of 0 divides the first: without an update there is none to freeze
    const zeroAt = earlier.filter(({ kind }) => kind === "reset-moments").at(-1)?.step ?? 0;
    if (step === zeroAt && !isFrozen(earlier))
      throw refuse("freezeSecondMoment", `expected an update before it, got none since step ${zeroAt}`);
  },
};

/** The config by which updates behind a change are computed, of the run's own. */
export function withChange<C extends Subject>({ gradient, freezeSecondMoment }: GradientChange, run: C): C {
  // v ← 1·v + 0·g², and a running product that no longer changes: frozen, bit for bit, on whatever computes
  const optimizer = freezeSecondMoment ? { ...run.optimizer, beta2: 1 } : run.optimizer;
  return { ...run, gradient, optimizer };
}
