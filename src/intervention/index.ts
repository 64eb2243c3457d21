/** The interventions there are: to add one, a file and its lines here. All who ask what holds at a step ask here. */
import * as v from "valibot";
import { ConfigError } from "../configError.js";
import { expected } from "../schema.js";
import {
  type GradientChange,
  type GradientChangeInput,
  gradientChange,
  isChange,
  latestChange,
  withChange,
} from "./gradient.js";
import type { Held, InterventionKind, Subject } from "./intervention.js";
import { type Rescale, rescale } from "./rescale.js";
import { type ResetMoments, resetMoments } from "./resetMoments.js";

/**
 * What is done to a run when `step` of its updates are done: after the evaluation at that step, whose record shows the run
 * before it, and before the next update. "reset-moments" sets the optimizer's arrays to 0; "rescale" gives weights another
 * size and keeps their function; "gradient" takes exact gradients, or those of drawn batches, from there on.
 */
export type Intervention = ResetMoments | Rescale | GradientChange;
export type InterventionInput = ResetMoments | Rescale | GradientChangeInput;

type AnyKind = InterventionKind<Intervention>;

const kinds = [resetMoments, rescale, gradientChange] as unknown as AnyKind[];
const kindOf = (intervention: Intervention): AnyKind =>
  kinds.find(({ kind }) => kind === intervention.kind) as AnyKind;

/** @internal */
export const interventionsSchema = (): v.GenericSchema<InterventionInput[], Intervention[]> =>
  v.array(
    v.variant(
      "kind",
      // biome-ignore lint/suspicious/noExplicitAny: each schema is typed in its own file
      kinds.map(({ schema }) => schema()) as any,
      expected(kinds.map(({ form }) => form).join(" or ")),
    ),
    expected("a list of { step, kind, … }"),
  ) as never;

/** What of a config says which of them there are, in ascending steps. */
interface Intervened {
  interventions?: readonly Intervention[] | undefined;
}

/** @throws ConfigError for a list out of order, beyond the run's end, or of what such a run cannot do */
export function checkInterventions({
  interventions = [],
  steps,
  ...run
}: Intervened & Subject & { steps: number }) {
  for (const [i, intervention] of interventions.entries()) {
    const { step, kind } = intervention;
    const refuse = (field: string, message: string) =>
      new ConfigError(`interventions.${i}${field && `.${field}`}: ${message} (${kind} at step ${step})`);
    const least = interventions[i - 1]?.step ?? 0;
    if (step < least)
      throw refuse("step", `expected at least ${least}, where the one before it is, got ${step}`);
    if (step > steps) throw refuse("step", `expected at most ${steps} (steps), got ${step}`);
    kindOf(intervention).check(intervention, run, interventions.slice(0, i), refuse);
  }
}

/** Those between the evaluation at `step` and the update behind it. */
export const interventionsAt = ({ interventions = [] }: Intervened, step: number): Intervention[] =>
  interventions.filter((intervention) => intervention.step === step);

/** The first step behind `step` that has interventions; infinity when none has. */
export const nextIntervention = ({ interventions = [] }: Intervened, step: number): number =>
  interventions.find((intervention) => intervention.step > step)?.step ?? Number.POSITIVE_INFINITY;

/** Does to a state what these do, in place and in their order. */
export function intervene(interventions: readonly Intervention[], held: Held, run: Subject): void {
  for (const intervention of interventions) kindOf(intervention).change?.(intervention, held, run);
}

/** The config by which the update from `step` to `step + 1` is computed: the run's own, or what an intervention makes of it. */
export function phaseAt<C extends Subject & Intervened>(config: C, step: number): C {
  const change = latestChange((config.interventions ?? []).filter((one) => one.step <= step));
  return change ? withChange(change, config) : config;
}

/** The configs by which a run is computed, one after another, and the updates by each. */
export function phasesOf<C extends Subject & Intervened & { steps: number }>(
  config: C,
): { phase: C; updates: number }[] {
  const changes = (config.interventions ?? []).filter(isChange);
  const endOf = (i: number): number => changes[i]?.step ?? config.steps;
  return [
    { phase: config, updates: endOf(0) },
    ...changes.map(({ step }, i) => ({ phase: phaseAt(config, step), updates: endOf(i + 1) - step })),
  ];
}

/** The most that a run's phases take of something: at a change the next one is there before the last one is gone. */
export function mostOfPhases<C extends Subject & Intervened & { steps: number }>(
  config: C,
  takes: (phase: C) => number,
): number {
  const each = phasesOf(config).map(({ phase }) => takes(phase));
  return Math.max(...each.map((taken, i) => taken + (each[i - 1] ?? 0)));
}
