import type { Observable } from "./observable.js";

/** The population loss in nats, how far it is above the least possible, and its standard error (0 when exact). */
export const excessLoss: Observable<"loss" | "excessLoss" | "standardError"> = {
  columns: ["loss", "excessLoss", "standardError"],
  applies: () => true,
  measure: ({ source, population: { loss, standardError } }) => ({
    loss,
    excessLoss: loss - source.conditionalEntropy,
    standardError,
  }),
};
