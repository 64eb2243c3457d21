/** The views there are, in their order: to add one, a file and a line here. What the first screen lacks is loaded when it is opened. */
import { onDemand } from "../charts/onDemand.js";
import { effectiveDimension } from "./effectiveDimension.js";
import { excessLoss } from "./excessLoss.js";
import type { View } from "./view.js";

export type { View, ViewProps } from "./view.js";

export const views: readonly View[] = [
  {
    name: "loss",
    title: "Loss",
    Component: onDemand(() => import("./loss.js").then((module) => module.Loss)),
    needs: [],
  },
  excessLoss,
  {
    name: "decomposition",
    title: "Decomposition of the loss",
    Component: onDemand(() => import("./decomposition.js").then((module) => module.Decomposition)),
    needs: [],
  },
  effectiveDimension,
  {
    name: "spectrum",
    title: "Spectrum",
    Component: onDemand(() => import("./spectrum.js").then((module) => module.Spectrum)),
    needs: ["eigenvalues"],
  },
  {
    name: "embedding",
    title: "Embedding",
    Component: onDemand(() => import("./embedding.js").then((module) => module.Embedding)),
    needs: ["projection"],
  },
  {
    name: "probabilities",
    title: "Learnt and true probabilities",
    Component: onDemand(() => import("./probabilities.js").then((module) => module.Probabilities)),
    needs: ["probabilities"],
  },
];

/** Undefined for a name that is none's. */
export const viewNamed = (name: string): View | undefined => views.find((view) => view.name === name);
