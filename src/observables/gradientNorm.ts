import { after } from "../backend/backend.js";
import { phaseAt, phasesOf } from "../intervention/index.js";
import type { Observable } from "./observable.js";

/**
 * Norm of the gradient of the population loss with respect to all parameters, in runs that take exact gradients, where they do:
 * null at an evaluation that a drawn batch led to.
 */
export const gradientNorm: Observable<"gradientNorm"> = {
  columns: ["gradientNorm"],
  applies: (config) => phasesOf(config).some(({ phase: { gradient } }) => gradient === "exact"),
  measure: ({ config, step, backend }) =>
    phaseAt(config, step - 1).gradient === "exact"
      ? after(backend.gradientNorm(), (norm) => ({ gradientNorm: norm }))
      : { gradientNorm: null },
};
