import { after } from "../backend/backend.js";
import type { Observable } from "./observable.js";

/** Norm of the gradient of the population loss with respect to all parameters, in runs of exact gradients. */
export const gradientNorm: Observable<"gradientNorm"> = {
  columns: ["gradientNorm"],
  applies: ({ gradient }) => gradient === "exact",
  measure: ({ backend }) => after(backend.gradientNorm(), (norm) => ({ gradientNorm: norm })),
};
